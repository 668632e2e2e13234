package org.resnet4j.engine.training;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;

/** Residual nets of three blocks for pieces of photos. */
enum SmallNets {
  V1("cifar_resnet20"),
  V2("cifar_resnet29_v2");

  static final int SIZE = 12;
  private static final int WIDTH = 8;

  private final String base;

  SmallNets(String base) {
    this.base = base;
  }

  ComputationGraph made(IUpdater updater) {
    return made(net -> net.updater(updater), configuration -> { });
  }

  ComputationGraph made() {
    return made(new Nesterovs(0.02, 0.9));
  }

  /** @param change of the net's configuration before it is initialised */
  ComputationGraph made(UnaryOperator<ResNet.Builder> options, Consumer<ComputationGraphConfiguration> change) {
    ResNet net = options.apply(ResNet.builder().spec(ResNets.spec(base).withDepths(1, 1, 1).withWidth(WIDTH))
        .numClasses(PhotoPieces.CLASSES).inputShape(3, SIZE, SIZE).updater(new Nesterovs(0.02, 0.9))).build();
    ComputationGraphConfiguration configuration = net.configuration();
    change.accept(configuration);
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }

  /** The layers of one class in a configuration. */
  static <T extends Layer> Stream<T> layers(ComputationGraphConfiguration configuration, Class<T> kind) {
    return configuration.getVertices().values().stream().filter(LayerVertex.class::isInstance)
        .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer()).filter(kind::isInstance).map(kind::cast);
  }
}
