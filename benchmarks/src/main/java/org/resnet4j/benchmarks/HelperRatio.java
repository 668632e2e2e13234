package org.resnet4j.benchmarks;

import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.ResNets;

/** Prints how many times as fast CIFAR ResNet-20 trains with DL4J's layer helpers as without. */
public final class HelperRatio {
  private static final int BATCH = 64;

  private HelperRatio() {}

  public static void main(String[] arguments) {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    ComputationGraph plain = ResNets.named("cifar_resnet20").build().init();
    System.clearProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    ComputationGraph helped = ResNets.named("cifar_resnet20").build().init();
    INDArray labels = Nd4j.zeros(BATCH, 10);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % 10, 1);
    }
    DataSet data = new DataSet(Nd4j.randn(DataType.FLOAT, BATCH, 3, 32, 32), labels);
    System.out.printf("%d layers have helpers, %d without%n", LayerHelpers.active(helped).size(),
        LayerHelpers.active(plain).size());
    Contest.Result training = Contest.run(() -> plain.fit(data), () -> helped.fit(data), 1, 5);
    System.out.printf("Training, images/s: %.0f without helpers, %.0f with them, %.1f times as fast%n",
        BATCH / training.first(), BATCH / training.second(), training.ratio());
  }
}
