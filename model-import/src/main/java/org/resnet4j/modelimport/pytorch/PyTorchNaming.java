package org.resnet4j.modelimport.pytorch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.Block;
import org.resnet4j.zoo.Dialect;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.Shortcut;
import org.resnet4j.zoo.Stem;
import org.resnet4j.zoo.Version;
import org.resnet4j.zoo.weights.TensorSource;

/** What PyTorch's net of the same architecture calls a zoo net's tensors: {@link PyTorchNames}' tables read backwards. */
public enum PyTorchNaming {
  /** torchvision's ResNet, ResNeXt and Wide ResNet. */
  TORCHVISION("torchvision's"),
  /** akamaster/pytorch_resnet_cifar10's CIFAR nets. */
  CIFAR("akamaster/pytorch_resnet_cifar10's"),
  /** timm's {@code resnetv2}, whose head is a 1x1 convolution. */
  TIMM_V2("timm resnetv2's"),
  /** PyTorch has no such net: ResNet4J's own names. */
  CANONICAL("ResNet4J's own");

  private static final Pattern UNIT = Pattern.compile("stage(\\d+)_block(\\d+)_(.+)");

  private final String whose;

  PyTorchNaming(String whose) {
    this.whose = whose;
  }

  /** The naming of the net that computes the same once it has the tensors. */
  public static PyTorchNaming of(ResNetSpec spec) {
    Dialect dialect = spec.dialect();
    boolean common = dialect.biases() == Dialect.Biases.NONE && dialect.inner() == Dialect.Inner.NORM_RELU
        && dialect.stridedUnit() == Dialect.StridedUnit.FIRST && dialect.stemPool() == Dialect.StemPool.PADDED;
    if (!common || spec.version() == Version.V1_NORM_AFTER_ADD
        || spec.shortcut() != Shortcut.PROJECTION && spec.shortcut() != Shortcut.ZERO_PAD) {
      return CANONICAL;
    }
    if (spec.version() == Version.V2) {
      return dialect.stemActivation() == Dialect.StemActivation.LINEAR ? TIMM_V2 : CANONICAL;
    }
    return spec.depths().size() == 3 && spec.stem() == Stem.CIFAR && spec.block() == Block.BASIC ? CIFAR : TORCHVISION;
  }

  /** Who gave the names, as in "torchvision's names", and what else the net needs to compute the same. */
  public static String describe(ResNetSpec spec) {
    PyTorchNaming naming = of(spec);
    StringBuilder text = new StringBuilder(naming.whose).append(" names");
    if (naming == CANONICAL) {
      text.append(", for PyTorch has no such net");
    } else if (naming == TORCHVISION && spec.version() == Version.V1 && spec.block() == Block.BOTTLENECK) {
      text.append("; stride in a bottleneck's conv1, where torchvision has it in conv2");
    }
    if (naming != CIFAR && naming != CANONICAL && spec.stem() == Stem.CIFAR) {
      text.append("; a 3x3 convolution of stride 1 for a stem, and no pool behind it");
    }
    if (naming != CIFAR && naming != CANONICAL && spec.shortcut() == Shortcut.ZERO_PAD) {
      text.append("; zero-padded shortcuts");
    }
    return text.append('.').toString();
  }

  /** Canonical tensors ({@link org.resnet4j.zoo.weights.ModelWeights}) under this naming, in its layouts. */
  public TensorSource apply(TensorSource canonical) {
    Map<String, String> canonicalNames = new LinkedHashMap<>();
    canonical.shapes().keySet().forEach(name -> canonicalNames.put(named(name), name));
    return new TensorSource() {
      @Override
      public String name() {
        return canonical.name();
      }

      @Override
      public Map<String, long[]> shapes() {
        Map<String, long[]> own = canonical.shapes();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        canonicalNames.forEach((name, from) -> shapes.put(name, layout(from, own.get(from))));
        return shapes;
      }

      @Override
      public INDArray read(String tensor) {
        String from = canonicalNames.getOrDefault(tensor, tensor);
        INDArray values = canonical.read(from);
        return values.reshape(layout(from, values.shape()));
      }
    };
  }

  private long[] layout(String canonical, long[] shape) {
    return this == TIMM_V2 && canonical.equals("logits.weight") ? new long[] {shape[0], shape[1], 1, 1} : shape;
  }

  private String named(String canonical) {
    int dot = canonical.lastIndexOf('.');
    String vertex = canonical.substring(0, dot);
    Matcher unit = UNIT.matcher(vertex);
    String module = switch (this) {
      case CANONICAL -> vertex;
      case TORCHVISION -> unit.matches() ? "layer%s.%d.%s".formatted(unit.group(1), place(unit),
          key(PyTorchNames.TORCHVISION_INSIDE, unit.group(3))) : key(PyTorchNames.TORCHVISION_OUTSIDE, vertex, "fc");
      case CIFAR -> unit.matches() ? "layer%s.%d.%s".formatted(unit.group(1), place(unit),
          key(PyTorchNames.TORCHVISION_INSIDE, unit.group(3)).replace("downsample.", "shortcut."))
          : key(PyTorchNames.TORCHVISION_OUTSIDE, vertex, "linear");
      case TIMM_V2 -> unit.matches() ? "stages.%d.blocks.%d.%s".formatted(Integer.parseInt(unit.group(1)) - 1,
          place(unit), key(PyTorchNames.TIMM_V2_INSIDE, unit.group(3))) : key(PyTorchNames.TIMM_V2_OUTSIDE, vertex);
    };
    return module + canonical.substring(dot);
  }

  private static int place(Matcher unit) {
    return Integer.parseInt(unit.group(2)) - 1;
  }

  private static String key(Map<String, String> table, String vertex) {
    return key(table, vertex, "");
  }

  /** @param preferred of two names for the same */
  private static String key(Map<String, String> table, String vertex, String preferred) {
    if (vertex.equals(table.get(preferred))) {
      return preferred;
    }
    return table.entrySet().stream().filter(entry -> entry.getValue().equals(vertex)).map(Map.Entry::getKey)
        .findFirst().orElseThrow(() -> new IllegalArgumentException("No PyTorch name for the vertex " + vertex));
  }
}
