package org.resnet4j.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.PretrainedType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.store.Checksum;
import org.resnet4j.zoo.store.DownloadListener;
import org.resnet4j.zoo.store.PublishedFile;
import org.resnet4j.zoo.store.WeightStore;
import org.resnet4j.zoo.weights.ModelWeights;
import org.resnet4j.zoo.weights.SavedModel;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * The weights that are published for nets of this zoo, one row each, with all that is needed to use them.
 *
 * <pre>{@code
 * SavedModel model = ResNetWeights.RESNET50_IMAGENET1K_V2.load();
 * }</pre>
 *
 * <p>A row's columns: the net's name, who published it, the file, MD5 where the name doesn't hold the checksum, the
 * size in MiB (Keras's: of the parameters alone; 0: unknown), and the percentages of test images that the publisher
 * states: class found, and class among the first five. The last row is ours, without a file to fetch: it comes in the
 * artifact {@code weights-fashion-mnist}. The sources are torchvision's and Keras's own programs,
 * keras.io, and <a href="https://github.com/akamaster/pytorch_resnet_cifar10">akamaster/pytorch_resnet_cifar10</a>.
 */
public enum ResNetWeights {
  RESNET18_IMAGENET1K_V1("resnet18", By.TORCHVISION, "resnet18-f37072fd.pth", 44.661, 69.758, 89.078),
  RESNET34_IMAGENET1K_V1("resnet34", By.TORCHVISION, "resnet34-b627a593.pth", 83.275, 73.314, 91.42),
  RESNET50_IMAGENET1K_V1("resnet50", By.TORCHVISION, "resnet50-0676ba61.pth", 97.781, 76.13, 92.862),
  RESNET50_IMAGENET1K_V2("resnet50", By.TORCHVISION_232, "resnet50-11ad3fa6.pth", 97.79, 80.858, 95.434),
  RESNET101_IMAGENET1K_V1("resnet101", By.TORCHVISION, "resnet101-63fe2227.pth", 170.511, 77.374, 93.546),
  RESNET101_IMAGENET1K_V2("resnet101", By.TORCHVISION_232, "resnet101-cd907fc2.pth", 170.53, 81.886, 95.78),
  RESNET152_IMAGENET1K_V1("resnet152", By.TORCHVISION, "resnet152-394f9c45.pth", 230.434, 78.312, 94.046),
  RESNET152_IMAGENET1K_V2("resnet152", By.TORCHVISION_232, "resnet152-f82ba261.pth", 230.474, 82.284, 96.002),
  RESNEXT50_32X4D_IMAGENET1K_V1(
      "resnext50_32x4d", By.TORCHVISION, "resnext50_32x4d-7cdf4587.pth", 95.789, 77.618, 93.698),
  RESNEXT50_32X4D_IMAGENET1K_V2(
      "resnext50_32x4d", By.TORCHVISION_232, "resnext50_32x4d-1a0047aa.pth", 95.833, 81.198, 95.34),
  RESNEXT101_32X8D_IMAGENET1K_V1(
      "resnext101_32x8d", By.TORCHVISION, "resnext101_32x8d-8ba56ff5.pth", 339.586, 79.312, 94.526),
  RESNEXT101_32X8D_IMAGENET1K_V2(
      "resnext101_32x8d", By.TORCHVISION_232, "resnext101_32x8d-110c445d.pth", 339.673, 82.834, 96.228),
  RESNEXT101_64X4D_IMAGENET1K_V1(
      "resnext101_64x4d", By.TORCHVISION_232, "resnext101_64x4d-173b62eb.pth", 319.318, 83.246, 96.454),
  WIDE_RESNET50_2_IMAGENET1K_V1(
      "wide_resnet50_2", By.TORCHVISION, "wide_resnet50_2-95faca4d.pth", 131.82, 78.468, 94.086),
  WIDE_RESNET50_2_IMAGENET1K_V2(
      "wide_resnet50_2", By.TORCHVISION_232, "wide_resnet50_2-9ba9bcbe.pth", 263.124, 81.602, 95.758),
  WIDE_RESNET101_2_IMAGENET1K_V1(
      "wide_resnet101_2", By.TORCHVISION, "wide_resnet101_2-32ee1156.pth", 242.896, 78.848, 94.284),
  WIDE_RESNET101_2_IMAGENET1K_V2(
      "wide_resnet101_2", By.TORCHVISION_232, "wide_resnet101_2-d733dc28.pth", 484.747, 82.51, 96.02),

  RESNET50_KERAS_NOTOP("resnet50_keras", By.KERAS, "resnet50", "4d473c1dd8becc155b73f8504c6f6626", 89.98),
  RESNET50_KERAS("resnet50_keras", By.KERAS, "resnet50", "2cb95161c43110f7111970584f804107", 97.8, 74.9, 92.1),
  RESNET101_KERAS_NOTOP("resnet101_keras", By.KERAS, "resnet101", "88cf7a10940856eca736dc7b7e228a21", 162.73),
  RESNET101_KERAS("resnet101_keras", By.KERAS, "resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", 170.54, 76.4, 92.8),
  RESNET152_KERAS_NOTOP("resnet152_keras", By.KERAS, "resnet152", "ee4c566cf9a93f14d82f913c2dc6dd0c", 222.67),
  RESNET152_KERAS("resnet152_keras", By.KERAS, "resnet152", "100835be76be38e30d865e96f2aaae62", 230.48, 76.6, 93.1),
  RESNET50_V2_KERAS_NOTOP("resnet50_v2_keras", By.KERAS_V2, "resnet50v2", "fac2f116257151a9d068a22e544a4917", 89.89),
  RESNET50_V2_KERAS(
      "resnet50_v2_keras", By.KERAS_V2, "resnet50v2", "3ef43a0b657b3be2300d5770ece849e0", 97.71, 76.0, 93.0),
  RESNET101_V2_KERAS_NOTOP(
      "resnet101_v2_keras", By.KERAS_V2, "resnet101v2", "c0ed64b8031c3730f411d2eb4eea35b5", 162.61),
  RESNET101_V2_KERAS(
      "resnet101_v2_keras", By.KERAS_V2, "resnet101v2", "6343647c601c52e1368623803854d971", 170.42, 77.2, 93.8),
  RESNET152_V2_KERAS_NOTOP(
      "resnet152_v2_keras", By.KERAS_V2, "resnet152v2", "ed17cf2e0169df9d443503ef94b23b33", 222.52),
  RESNET152_V2_KERAS(
      "resnet152_v2_keras", By.KERAS_V2, "resnet152v2", "a49b44d1979771252814e80f8ec446f9", 230.33, 78.0, 94.2),

  CIFAR_RESNET20("cifar_resnet20", By.AKAMASTER, "resnet20-12fca82f.th", 1.048, 91.73),
  CIFAR_RESNET32("cifar_resnet32", By.AKAMASTER, "resnet32-d509ac18.th", 1.802, 92.63),
  CIFAR_RESNET44("cifar_resnet44", By.AKAMASTER, "resnet44-014dd654.th", 0, 93.1),
  CIFAR_RESNET56("cifar_resnet56", By.AKAMASTER, "resnet56-4bfd9763.th", 0, 93.39),
  CIFAR_RESNET110("cifar_resnet110", By.AKAMASTER, "resnet110-1d1ed7c2.th", 0, 93.68),
  CIFAR_RESNET1202("cifar_resnet1202", By.AKAMASTER, "resnet1202-f3b1deed.th", 0, 93.82),

  /** Trained on all of Fashion-MNIST's 60,000 training images, 28x28; its 10,000 test images were measured. */
  CIFAR_RESNET20_FASHION_MNIST("cifar_resnet20", By.RESNET4J, 94.33);

  /** Who published it, and what is the same for all of their files. */
  private enum By {
    TORCHVISION("https://download.pytorch.org/models/", WeightsReader.Format.PYTORCH, PretrainedType.IMAGENET,
        Preprocessing.torch(224),
        "published with torchvision, BSD-3-Clause; trained on ImageNet, whose own terms apply"),
    /** The later recipe, whose evaluation crops less. */
    TORCHVISION_232(TORCHVISION, Preprocessing.torch(224).withResize(new Resize.ShorterSide(232))),
    KERAS("https://storage.googleapis.com/tensorflow/keras-applications/resnet/", WeightsReader.Format.KERAS_HDF5,
        PretrainedType.IMAGENET, Preprocessing.caffe(224),
        "published with Keras, Apache-2.0; trained on ImageNet, whose own terms apply"),
    KERAS_V2(KERAS, Preprocessing.tf(224)),
    AKAMASTER("https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/",
        WeightsReader.Format.PYTORCH, PretrainedType.CIFAR10,
        Preprocessing.torch(32).withResize(new Resize.ShorterSide(32)), "BSD-2-Clause, Yerlan Idelbayev"),
    /** DL4J has no word for what they are trained on. */
    RESNET4J(null, null, null,
        Preprocessing.unit(28).withChannelStatistics(Collections.nCopies(3, 0.2821), Collections.nCopies(3, 0.351)),
        "Apache-2.0; trained on Fashion-MNIST, MIT, (c) 2017 Zalando SE");

    private final String base;
    private final WeightsReader.Format format;
    private final PretrainedType type;
    private final Preprocessing preprocessing;
    private final String licence;

    By(String base, WeightsReader.Format format, PretrainedType type, Preprocessing preprocessing, String licence) {
      this.base = base;
      this.format = format;
      this.type = type;
      this.preprocessing = preprocessing;
      this.licence = licence;
    }

    By(By same, Preprocessing preprocessing) {
      this(same.base, same.format, same.type, preprocessing, same.licence);
    }

    PublishedFile file(String name, Checksum checksum, double mebibytes) {
      return new PublishedFile(name, URI.create(base + name), checksum, Math.round(mebibytes * (1 << 20)));
    }
  }

  private static final String HEAD = "logits";
  /** The names that the data set's README gives its labels. */
  private static final List<String> FASHION_MNIST = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
      "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");
  private static final List<String> CIFAR10 =
      List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private final String specName;
  private final By by;
  private final PublishedFile file;
  private final double top1;
  private final double top5;

  /** Ours. */
  ResNetWeights(String specName, By by, double top1) {
    this(specName, by, (PublishedFile) null, top1, Double.NaN);
  }

  /** ImageNet, with the SHA-256's first digits in the file's name. */
  ResNetWeights(String specName, By by, String file, double mebibytes, double top1, double top5) {
    this(specName, by, by.file(file, namedIn(file), mebibytes), top1, top5);
  }

  /** CIFAR-10, likewise. */
  ResNetWeights(String specName, By by, String file, double mebibytes, double top1) {
    this(specName, by, file, mebibytes, top1, Double.NaN);
  }

  /** Keras's with its top layer. */
  ResNetWeights(String specName, By by, String name, String md5, double mebibytes, double top1, double top5) {
    this(specName, by, by.file(name + "_weights_tf_dim_ordering_tf_kernels.h5", Checksum.md5(md5), mebibytes), top1,
        top5);
  }

  /** Keras's without it. */
  ResNetWeights(String specName, By by, String name, String md5, double mebibytes) {
    this(specName, by, by.file(name + "_weights_tf_dim_ordering_tf_kernels_notop.h5", Checksum.md5(md5), mebibytes),
        Double.NaN, Double.NaN);
  }

  ResNetWeights(String specName, By by, PublishedFile file, double top1, double top5) {
    this.specName = specName;
    this.by = by;
    this.file = file;
    this.top1 = top1;
    this.top5 = top5;
  }

  private static Checksum namedIn(String file) {
    return Checksum.sha256(file.substring(file.lastIndexOf('-') + 1, file.lastIndexOf('.')));
  }

  /** All that fit a net, the better ones last; empty if its spec isn't the table's. */
  public static List<ResNetWeights> of(ResNetSpec spec) {
    return Arrays.stream(values()).filter(weights -> weights.spec().equals(spec)).toList();
  }

  /** What {@link ResNet#initPretrained} takes: the best set; for a net without a head, one without head where it is. */
  static Optional<ResNetWeights> best(ResNet net, PretrainedType type) {
    return of(net.spec()).stream().filter(weights -> weights.by.type == type)
        .max(Comparator.comparing((ResNetWeights weights) -> weights.hasHead() == net.options().head())
            .thenComparing(ResNetWeights::ordinal));
  }

  /** The net. */
  public ResNetSpec spec() {
    return ResNets.spec(specName);
  }

  /** The file, where it is published and what its checksum is; empty for ours, which comes in a jar. */
  public Optional<PublishedFile> file() {
    return Optional.ofNullable(file);
  }

  /** What it was trained on, in DL4J's words; empty if it has none for it. */
  public Optional<PretrainedType> type() {
    return Optional.ofNullable(by.type);
  }

  /** How its images were prepared when its accuracy was measured. */
  public Preprocessing preprocessing() {
    return by.preprocessing;
  }

  /** The classes' names in the order of the outputs, for ImageNet in torchvision's words; empty without a head. */
  public List<String> classes() {
    return !hasHead() ? List.of() : switch (by) {
      case AKAMASTER -> CIFAR10;
      case RESNET4J -> FASHION_MNIST;
      default -> ImageNet.CLASSES;
    };
  }

  /** Whether it holds the classifying layer; Keras's {@code notop} files don't. */
  public boolean hasHead() {
    return !Double.isNaN(top1);
  }

  /** The terms under which it was published, in a few words. */
  public String licence() {
    return by.licence;
  }

  /** Percent of the test images whose class is found, as published; empty without a head. */
  public OptionalDouble top1() {
    return Double.isNaN(top1) ? OptionalDouble.empty() : OptionalDouble.of(top1);
  }

  /** Percent of the test images whose class is among the first five, as published; empty where it isn't. */
  public OptionalDouble top5() {
    return Double.isNaN(top5) ? OptionalDouble.empty() : OptionalDouble.of(top5);
  }

  /** A builder of its net, which may get other classes, another input size or layout, before {@link #load}. */
  public ResNet.Builder builder() {
    return ResNets.named(specName).head(hasHead())
        .inputShape(by.preprocessing.channels().count(), by.preprocessing.height(), by.preprocessing.width());
  }

  /** The net as published, from the {@linkplain WeightStore#standard standard store} or its jar. */
  public SavedModel load() {
    return load(builder().build(), WeightStore.standard(), DownloadListener.logging());
  }

  /**
   * A net with these weights, fetched if need be; ours are never fetched.
   *
   * @throws IllegalArgumentException if it is another net
   * @throws MissingArtifactException if nothing on the class path reads the file; asked before anything is fetched
   * @throws org.resnet4j.zoo.store.WeightStoreException if the file can't be had
   * @see #load(ResNet, Path)
   */
  public SavedModel load(ResNet net, WeightStore store, DownloadListener listener) {
    checkFits(net);
    if (file == null) {
      return read(net, JarWeights.find(this)::read);
    }
    WeightsReader reader = WeightsReader.of(by.format);
    Path fetched = store.fetch(file, listener);
    return read(net, tensors -> reader.read(fetched, spec(), tensors));
  }

  /**
   * A net with these weights, from a file that was fetched by hand.
   *
   * <p>Where the net's head has other classes, or the file none, the head is new and untrained: the note {@code head}
   * of the metadata says so, and the classes are called {@code class 1} and on. Without a head there are no class
   * names, and the model can't be saved. The preprocessing's size is the net's.
   *
   * @throws IllegalArgumentException if it is another net, or these weights are in no file
   * @throws MissingArtifactException if nothing on the class path reads the file
   * @throws org.resnet4j.zoo.store.WeightStoreException if it isn't the published file
   */
  public SavedModel load(ResNet net, Path local) {
    checkFits(net);
    if (file == null) {
      throw new IllegalArgumentException(name() + " comes in a jar, expected no file, found " + local
          + "; load it without one.");
    }
    WeightsReader reader = WeightsReader.of(by.format);
    Path checked = WeightStore.check(file, local);
    return read(net, tensors -> reader.read(checked, spec(), tensors));
  }

  private void checkFits(ResNet net) {
    if (!net.spec().equals(spec())) {
      throw new IllegalArgumentException(name() + " is of " + specName + ", found " + net.spec().name()
          + (net.spec().name().equals(specName) ? " of other depths, widths or shortcuts." : "."));
    }
    if (net.options().channels() != 3) {
      throw new IllegalArgumentException(name() + " takes images of 3 channels, found a net of "
          + net.options().channels() + ".");
    }
    if (net.options().norm() == Norm.GROUP) {
      throw new IllegalArgumentException(name() + " has batch norms, found a net of group norms.");
    }
  }

  /**
   * The last step of {@link #load}.
   *
   * @param source hands over the published tensors
   */
  SavedModel read(ResNet net, Consumer<Consumer<TensorSource>> source) {
    boolean head = net.options().head();
    int classes = net.options().classes();
    boolean newHead = head && classes != classes().size();
    ComputationGraph graph = net.init();
    source.accept(tensors ->
        ModelWeights.load(graph, head ? tensors : withoutHead(tensors), newHead ? Set.of(HEAD) : Set.of()));
    List<String> names = !head ? List.of() : !newHead ? classes()
        : IntStream.rangeClosed(1, classes).mapToObj(i -> "class " + i).toList();
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("model", specName);
    notes.put("weights", name());
    file().ifPresent(published -> notes.put("source", published.address().toString()));
    notes.put("licence", licence());
    if (newHead) {
      notes.put("head", "new and untrained, " + classes + " classes in place of "
          + (hasHead() ? "the published " + classes().size() : "none"));
    }
    return new SavedModel(graph, names, preprocessing(net), notes);
  }

  /** With the net's input size, and the published proportion of resize to crop. */
  private Preprocessing preprocessing(ResNet net) {
    InputTypeConvolutional input = (InputTypeConvolutional) net.inputType();
    int height = (int) input.getHeight();
    int width = (int) input.getWidth();
    Preprocessing published = by.preprocessing;
    if (height == published.height() && width == published.width()) {
      return published;
    }
    double length = ((Resize.ShorterSide) published.resize()).length();
    int resized = (int) Math.round(Math.max(height, width) * length / published.height());
    return new Preprocessing(height, width, new Resize.ShorterSide(resized), published.interpolation(),
        published.channels(), published.scale(), published.mean(), published.std());
  }

  private static TensorSource withoutHead(TensorSource tensors) {
    return new TensorSource() {
      @Override
      public String name() {
        return tensors.name();
      }

      @Override
      public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>(tensors.shapes());
        shapes.keySet().removeIf(tensor -> tensor.startsWith(HEAD + "."));
        return shapes;
      }

      @Override
      public INDArray read(String tensor) {
        return tensors.read(tensor);
      }
    };
  }

  /** Read when first needed. */
  private static final class ImageNet {
    static final List<String> CLASSES = read();

    private static List<String> read() {
      try (InputStream in = ResNetWeights.class.getResourceAsStream("imagenet1k.txt")) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
