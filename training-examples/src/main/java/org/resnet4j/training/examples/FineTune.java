package org.resnet4j.training.examples;

import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.data.Augmentation;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.updater.SgdMomentum;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * Trains on a folder of class folders with DL4J's own fit, which the engine computes. Arguments: image folder, model
 * folder to write, epochs.
 */
public final class FineTune {
  private FineTune() {}

  /** The program. */
  public static void main(String[] arguments) {
    ImageFolder folder = ImageFolder.open(Path.of(arguments[0]), FolderOptions.DEFAULT);
    ComputationGraph graph = ResNets.named("cifar_resnet8").numClasses(folder.classes().size()).inputShape(3, 32, 32)
        .updater(new SgdMomentum(0.05, 0.9)).regularization(new L2Regularization(1e-4)).build().init();
    // To start from your weights instead: ResNetTransfer.newHead(SavedModel.load(path).graph(), classes).
    graph = OneDnn.wrap(graph); // the same parameters; without this line Deeplearning4j computes all by itself
    Preprocessing preprocessing = Preprocessing.torch(32);
    try (ImageBatches train = new ImageBatches(folder.train(), folder.classes(), preprocessing,
            BatchOptions.training(8, Augmentation.PAD_AND_CROP, 1));
        ImageBatches validation = new ImageBatches(folder.validation(), folder.classes(), preprocessing,
            BatchOptions.evaluation(8))) {
      graph.fit(train, Integer.parseInt(arguments[2]));
      System.out.printf("validation accuracy %.3f%n", graph.evaluate(validation).accuracy());
    }
    new SavedModel(graph, folder.classes(), preprocessing, Map.of()).save(Path.of(arguments[1]));
  }
}
