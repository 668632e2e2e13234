package org.resnet4j.training.loop;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** How a net is measured between epochs. */
@FunctionalInterface
public interface Validation {
  /**
   * Predicts every validation image once.
   *
   * @param imagesDone told how many more images are through; what it throws ends the validation
   */
  Evaluation of(ComputationGraph graph, IntConsumer imagesDone);

  /**
   * By this process.
   *
   * @param classes the class names, in the order of the net's outputs
   * @param batches one-hot labels; reset before each validation
   */
  static Validation on(List<String> classes, DataSetIterator batches) {
    return on(classes, batches, Network::of);
  }

  /** By this process, in another way of predicting, such as one that sees each image twice. */
  static Validation on(List<String> classes, DataSetIterator batches, Function<ComputationGraph, Network> prediction) {
    List<String> names = List.copyOf(classes);
    return (graph, imagesDone) -> {
      batches.reset();
      return Evaluation.of(prediction.apply(graph), names, batches, imagesDone);
    };
  }
}
