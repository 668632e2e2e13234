package org.resnet4j.training.examples;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.ModelSummary;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/** Builds a network of the zoo by name and runs it on random numbers. Arguments: a model's name, number of classes. */
public final class BuildModel {
  private BuildModel() {}

  /** The program. */
  public static void main(String[] arguments) {
    ResNet model = ResNets.named(arguments[0])
        .numClasses(Integer.parseInt(arguments[1]))
        .inputShape(3, 64, 64)
        .build();
    System.out.printf("%,d trainable parameters%n", ModelSummary.of(model).trainableParameters());

    ComputationGraph graph = model.init();
    INDArray images = Nd4j.rand(2, 3, 64, 64); // two images, channels, height, width
    System.out.println(graph.outputSingle(images));
  }
}
