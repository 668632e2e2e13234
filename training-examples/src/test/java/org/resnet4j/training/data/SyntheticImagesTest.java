package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;

class SyntheticImagesTest {
  private static final DatasetOptions OPTIONS = DatasetOptions.standard();
  private static final int EPOCHS = 6;

  @Test
  void itIsAlwaysTheSameWhateverTheOptions() {
    Dataset data = Datasets.open("synthetic", OPTIONS);
    assertEquals(1600, data.train().size());
    assertEquals(400, data.validation().size());
    assertEquals(0, data.test().size());
    assertEquals(10, data.classes().size());
    assertEquals("9b929dff5cbb7f34dbf6c34a12dc658a982d302c01617a1a3c62f035a3991bdf", data.fingerprint());
    assertEquals(data.fingerprint(), Datasets.open("synthetic", OPTIONS.withSeed(9).withValidation(HeldOut.images(7)))
        .fingerprint());
  }

  @Test
  void aSmallNetLearnsItInAFewEpochsAndNotInAStep() {
    Dataset data = Datasets.open("synthetic", OPTIONS);
    Preprocessing preprocessing = Preprocessing.torch(32);
    ComputationGraph net = OneDnn.wrap(ResNets.named("cifar_resnet8").numClasses(10).seed(1)
        .updater(new Nesterovs(0.05, 0.9)).build().init());
    List<Double> accuracies = new ArrayList<>();
    try (ImageBatches train = new ImageBatches(data.train(), data.classes(), preprocessing,
            BatchOptions.training(32, Augmentation.PAD_AND_CROP, 1));
        ImageBatches validation = new ImageBatches(data.validation(), data.classes(), preprocessing,
            BatchOptions.evaluation(100))) {
      net.fit(train.next());
      double afterOneStep = accuracy(net, validation);
      assertTrue(afterOneStep < 0.4, "after one step " + afterOneStep);
      for (int epoch = 0; epoch < EPOCHS && accuracies.stream().noneMatch(accuracy -> accuracy > 0.85); epoch++) {
        while (train.hasNext()) {
          net.fit(train.next());
        }
        train.reset();
        accuracies.add(accuracy(net, validation));
      }
    }
    assertTrue(accuracies.stream().anyMatch(accuracy -> accuracy > 0.85), accuracies.toString());
  }

  private static double accuracy(ComputationGraph net, ImageBatches batches) {
    batches.epoch(0);
    int right = 0;
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      right += batch.getLabels().argMax(1).eq(net.outputSingle(batch.getFeatures()).argMax(1)).castTo(
          DataType.INT).sumNumber().intValue();
    }
    return right / (double) batches.size();
  }
}
