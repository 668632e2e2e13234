package org.resnet4j.modelimport.weights;

import java.util.Collection;
import java.util.stream.Collectors;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.file.Hdf5Group;
import org.resnet4j.modelimport.file.KerasFile;
import org.resnet4j.modelimport.model.Layer;

/**
 * Finds each layer's tensors in a weights file, all of them and no others, by one of Keras's two rules.
 *
 * <p>Both throw {@code WeightsDiffer} where a tensor is missing or left over or where it isn't certain which layer's it
 * is, and {@code ShapeDiffers} where one has another shape than its layer's; no tensor's values are read before.
 */
public final class WeightMatching {
  /** How many names an error lists. */
  private static final int LISTED = 5;

  private WeightMatching() {}

  /**
   * Where the architecture comes from. Keras sorts a nested model's tensors by which layers are trainable, so their
   * order is only known if that is.
   */
  public enum Architecture {
    /** Saved with the weights: the layers are as trainable as they were then. */
    OF_THE_FILE,
    /** Saved at another time, or written here. */
    OF_ANOTHER_FILE
  }

  /**
   * The weights of an open file, which must stay open while they are read.
   *
   * @param architecture whether the layers come from the same file
   */
  public static MatchedWeights of(Layer root, KerasFile file, Architecture architecture) {
    try {
      return file.kind().byPosition() ? byPosition(root, file.weights()) : byName(root, file.weights(), architecture);
    } catch (ModelImportException e) {
      throw e.in(file.path());
    }
  }

  /**
   * Legacy HDF5: a group for each of the outermost model's layers by its name, the tensors of a nested model flat in
   * its group.
   *
   * @param group the root of a file of weights, or a whole model's {@code /model_weights}
   */
  public static MatchedWeights byName(Layer root, Hdf5Group group, Architecture architecture) {
    return new ByName(group, architecture).match(root);
  }

  /**
   * The layout of {@code .weights.h5} and of the file within {@code .keras}: a group for each layer by its class and
   * its place among the model's layers of that class.
   *
   * @param group the file's root
   */
  public static MatchedWeights byPosition(Layer root, Hdf5Group group) {
    return new ByPosition(group).match(root);
  }

  /** The first few names. */
  static String list(Collection<String> names) {
    String listed = names.stream().limit(LISTED).map(ModelImportException::quote).collect(Collectors.joining(", "));
    String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
    return names.isEmpty() ? "none" : listed + more;
  }
}
