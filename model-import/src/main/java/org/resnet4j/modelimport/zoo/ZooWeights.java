package org.resnet4j.modelimport.zoo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.modelimport.file.Hdf5Group;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.model.Layer;
import org.resnet4j.modelimport.weights.MatchedWeights;
import org.resnet4j.modelimport.weights.WeightMatching;
import org.resnet4j.modelimport.weights.WeightMatching.Architecture;
import org.resnet4j.modelimport.zoo.KerasNet.Order;
import org.resnet4j.modelimport.zoo.KerasNet.Part;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * Weights that Keras saved for one of the zoo's Keras nets, under the zoo's canonical names and layouts.
 *
 * <p>{@code resnet50_keras}, {@code resnet50_v2_keras} and their like take keras.applications' weights, by name (the
 * official {@code resnet50_weights_tf_dim_ordering_tf_kernels.h5}, with or without top) or by position;
 * {@code resnet50_v2_ref_keras} takes the reference net's, whose layers have Keras's automatic names: there the order
 * of the layers counts.
 */
public final class ZooWeights implements TensorSource {
  /** keras.applications called the top layer so when the official files were made. */
  private static final String OLD_TOP = "probs";
  private static final String LAYERS = "layer_names";
  private static final String TENSORS = "weight_names";

  private final String name;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> vertices = new LinkedHashMap<>();
  private final MatchedWeights weights;

  /** Where a canonical tensor is. */
  private record Tensor(String layer, int index) {}

  private ZooWeights(String name, List<Part> parts, MatchedWeights weights) {
    this.name = name;
    this.weights = weights;
    for (Part part : parts) {
      vertices.put(part.layer().name(), part.vertex());
      List<String> names = part.layer().weights().stream().map(weight -> KerasNet.TENSORS.get(weight.name())).toList();
      for (int i = 0; i < names.size(); i++) {
        tensors.put(part.vertex() + "." + names.get(i), new Tensor(part.layer().path(), i));
      }
    }
  }

  /**
   * The weights in an open file; it must stay open while they are read. The tensors of {@code logits} are among them if
   * the file has a top.
   *
   * @throws IllegalArgumentException if the spec isn't a net of Keras's
   * @throws ModelImportException if the file's tensors aren't the spec's
   */
  public static ZooWeights of(KerasFile file, ResNetSpec spec) {
    return of(file.path().toString(), file.weights(), spec);
  }

  /**
   * The same of a group.
   *
   * @param name what messages call the file
   * @param group where the layers' groups or {@code layers} lie
   */
  static ZooWeights of(String name, Hdf5Group group, ResNetSpec spec) {
    KerasNet.check(spec);
    try {
      return KerasNet.hasAutomaticNames(spec) ? matchOneOrder(name, group, spec)
          : match(name, group, spec, Order.PROJECTION_FIRST);
    } catch (ModelImportException e) {
      throw e.in(name);
    }
  }

  /**
   * The reference net's projection and last convolution differ in shape in every stage but the first: whichever comes
   * first there, does so everywhere.
   */
  private static ZooWeights matchOneOrder(String name, Hdf5Group group, ResNetSpec spec) {
    List<ZooWeights> matching = new ArrayList<>();
    ShapeDiffers differs = null;
    for (Order order : Order.values()) {
      try {
        matching.add(match(name, group, spec, order));
      } catch (ShapeDiffers e) {
        differs = e;
      }
    }
    if (matching.isEmpty()) {
      throw differs;
    }
    if (matching.size() > 1) {
      throw new WeightsDiffer(group.path(), "two stages or more, which tell a projection from a last convolution",
          "one stage, in which they have the same shape");
    }
    return matching.get(0);
  }

  private static ZooWeights match(String name, Hdf5Group group, ResNetSpec spec, Order order) {
    Optional<List<String>> layers = group.texts(LAYERS);
    if (layers.isEmpty()) {
      List<Part> parts = KerasNet.parts(spec, group.group("layers/dense").isPresent(), order);
      return new ZooWeights(name, parts, WeightMatching.byPosition(model(parts), group));
    }
    List<Part> parts = KerasNet.hasAutomaticNames(spec) ? inTheFilesOrder(group, layers.get(), spec, order)
        : named(layers.get(), spec, order);
    return new ZooWeights(name, parts, WeightMatching.byName(model(parts), group, Architecture.OF_ANOTHER_FILE));
  }

  private static List<Part> named(List<String> layers, ResNetSpec spec, Order order) {
    boolean old = layers.contains(OLD_TOP);
    List<Part> parts = KerasNet.parts(spec, old || layers.contains(KerasNet.TOP), order);
    return parts.stream()
        .map(part -> old && part.layer().name().equals(KerasNet.TOP) ? part.named(OLD_TOP) : part).toList();
  }

  /** The spec's layers with the names of the file's, one after the other. */
  private static List<Part> inTheFilesOrder(Hdf5Group group, List<String> layers, ResNetSpec spec, Order order) {
    List<String> names = layers.stream().filter(layer -> group.group(layer)
        .flatMap(g -> g.texts(TENSORS)).filter(tensors -> !tensors.isEmpty()).isPresent()).toList();
    List<Part> parts = KerasNet.parts(spec, true, order);
    if (names.size() == parts.size() - 1) {
      parts = KerasNet.parts(spec, false, order);
    }
    if (names.size() != parts.size()) {
      throw new WeightsDiffer(group.path(), parts.size() + " layers with weights", String.valueOf(names.size()));
    }
    List<Part> named = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      named.add(parts.get(i).named(names.get(i)));
    }
    return named;
  }

  private static Layer model(List<Part> parts) {
    return new Layer("", "", "Functional", true, List.of(), parts.stream().map(Part::layer).toList(), true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((tensor, at) -> shapes.put(tensor, canonical(weights.shape(at.layer, at.index))));
    return shapes;
  }

  /** The file's layers with weights, in Keras's order, and the vertices that have them in the zoo's graph. */
  public Map<String, String> vertices() {
    return Collections.unmodifiableMap(vertices);
  }

  /** keras.applications' layers, with weights or without, and the vertices that give what they give. */
  public static Map<String, String> names(ResNetSpec spec) {
    KerasNet.check(spec);
    return KerasNet.names(spec);
  }

  private static long[] canonical(long[] shape) {
    return switch (shape.length) {
      case 4 -> new long[] {shape[3], shape[2], shape[0], shape[1]};
      case 2 -> new long[] {shape[1], shape[0]};
      default -> shape.clone();
    };
  }

  @Override
  public INDArray read(String tensor) {
    Tensor at = tensors.get(tensor);
    if (at == null) {
      throw new IllegalArgumentException(name + " has no tensor \"" + tensor + "\".");
    }
    INDArray values;
    try {
      values = weights.read(at.layer, at.index, DataType.FLOAT);
    } catch (ModelImportException e) {
      throw e.in(name);
    }
    if (values.rank() < 2) {
      return values;
    }
    try (values) {
      return (values.rank() == 4 ? values.permute(3, 2, 0, 1) : values.transpose()).dup('c');
    }
  }
}
