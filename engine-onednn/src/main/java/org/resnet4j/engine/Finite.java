package org.resnet4j.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whether a training step's numbers are finite. Kernels take NaN for 0 in a ReLU, where DL4J's operations keep it:
 * unseen, a network would go on training with some of it dead, at a likely-looking loss.
 *
 * <p>Looked at are the inputs, and, of all that isn't a matrix, parameters and gradients. Batch norms' statistics are
 * among these, and what comes down from any layer above, so that whatever broke on the way shows there. A broken kernel
 * of the first layers without a batch norm doesn't; all parameters, which take longer, are looked at now and then.
 */
final class Finite {
  /** Every so many, all parameters are looked at: 25 million of them take 0.03 to 0.1 seconds. */
  private static final int STEPS = 16;
  private static final int CHUNK = 4096;
  /** The bits of a float32 without its sign. */
  private static final int MAGNITUDE = 0x7fffffff;
  private static final int INFINITE = Float.floatToIntBits(Float.POSITIVE_INFINITY);
  private static final int LARGEST = Float.floatToIntBits(Float.MAX_VALUE);

  private final INDArray parameters;
  private final List<INDArray> gradients;
  private final List<INDArray> vectors;
  private final List<INDArray> vectorGradients;
  private int steps;

  /** @param gradient each trained parameter's view of the flat array of gradients */
  Finite(ComputationGraph graph, Gradient gradient) {
    parameters = graph.params();
    gradients = List.copyOf(gradient.gradientForVariable().values());
    vectorGradients = gradients.stream().filter(Finite::isVector).toList();
    Set<String> trained = gradient.gradientForVariable().keySet();
    vectors = graph.paramTable().entrySet().stream().filter(entry -> trained.contains(entry.getKey()))
        .map(Map.Entry::getValue).filter(Finite::isVector).toList();
  }

  private static boolean isVector(INDArray array) {
    return Arrays.stream(array.shape()).max().orElse(1) == array.length();
  }

  /** Whether a step that was computed is to be believed. */
  boolean isStep(List<INDArray> inputs) {
    boolean parametersToo = steps++ % STEPS == 0;
    return inputs.stream().allMatch(Finite::all) && vectors.stream().allMatch(Finite::all)
        && (!parametersToo || all(parameters))
        // Infinite gradients are DL4J's to clip.
        && vectorGradients.stream().allMatch(part -> within(INFINITE, Inputs.pointer(part), 0, part.length()));
  }

  /** Has the next step look at the parameters. */
  void changed() {
    steps = 0;
  }

  /** Makes a step's gradients what DL4J's are from broken numbers, nearly everywhere. */
  void spoil() {
    gradients.forEach(part -> part.assign(Float.NaN));
    changed();
  }

  private static boolean all(INDArray array) {
    return all(Inputs.pointer(array), 0, array.length());
  }

  /** Whether all numbers in a part of an array are finite. */
  static boolean all(FloatPointer array, long from, long to) {
    return within(LARGEST, array, from, to);
  }

  /** Whether no number's bits without the sign are above the limit's. */
  private static boolean within(int limit, FloatPointer array, long from, long to) {
    IntPointer bits = new IntPointer(array);
    int[] chunk = new int[(int) Math.min(CHUNK, to - from)];
    int signs = 0;
    for (long done = from; done < to && signs >= 0; done += CHUNK) {
      int count = (int) Math.min(CHUNK, to - done);
      bits.position(done).get(chunk, 0, count);
      // Three times as fast as comparing.
      for (int i = 0; i < count; i++) {
        signs |= limit - (chunk[i] & MAGNITUDE);
      }
    }
    return signs >= 0;
  }
}
