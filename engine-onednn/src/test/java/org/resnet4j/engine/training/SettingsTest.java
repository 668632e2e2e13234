package org.resnet4j.engine.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Whatever DL4J does to gradients and parameters in a step, it does with the engine's gradients as with its own. */
class SettingsTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(4, 6, SmallNets.SIZE, 11);

  private static final List<Named<Setting>> SETTINGS = new ArrayList<>();

  /** What a net is made with. */
  private record Setting(UnaryOperator<ResNet.Builder> options, Consumer<ComputationGraphConfiguration> change) {}

  static {
    updater("Sgd", new Sgd(0.05));
    updater("Nesterovs", new Nesterovs(0.02, 0.9));
    updater("SgdMomentum", new SgdMomentum(0.02, 0.9));
    updater("AdamW", new AdamW(0.002));
    updater("RmsProp", new RmsProp(0.001));
    updater("AdaGrad", new AdaGrad(0.005));
    updater("StepSchedule", new Nesterovs(new StepSchedule(ScheduleType.ITERATION, 0.05, 0.1, 2), 0.9));
    updater("PolySchedule", new Adam(new PolySchedule(ScheduleType.ITERATION, 0.005, 2, 6)));
    updater("MapSchedule of rate and momentum",
        new Nesterovs(new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.03, 2, 0.003)),
            new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.5, 1, 0.9))));
    for (GradientNormalization kind : GradientNormalization.values()) {
      layers(kind.toString(), layer -> {
        layer.setGradientNormalization(kind);
        layer.setGradientNormalizationThreshold(0.05);
      });
    }
    options("L1", net -> net.regularization(new L1Regularization(0.002)));
    options("L2", net -> net.regularization(new L2Regularization(0.05)));
    options("L1 and L2", net -> net.regularization(new L1Regularization(0.002), new L2Regularization(0.05)));
    options("WeightDecay with the rate", net -> net.regularization(new WeightDecay(0.5, true)));
    options("WeightDecay without", net -> net.regularization(new WeightDecay(0.01, false)));
    constraint(new MaxNormConstraint(0.5, 1, 2, 3));
    constraint(new MinMaxNormConstraint(0.3, 0.6, 1, 2, 3));
    constraint(new UnitNormConstraint(1, 2, 3));
    change("several updaters", configuration -> {
      SmallNets.layers(configuration, BatchNormalization.class)
          .forEach(norm -> norm.setIUpdater(new Adam(0.004)));
      SmallNets.layers(configuration, ConvolutionLayer.class).limit(2)
          .forEach(convolution -> convolution.setIUpdater(new Sgd(0.3)));
    });
    change("gradients not divided by the batch", configuration -> {
      configuration.getDefaultConfiguration().setMiniBatch(false);
      configuration.getVertices().values().stream().filter(LayerVertex.class::isInstance)
          .forEach(vertex -> ((LayerVertex) vertex).getLayerConf().setMiniBatch(false));
    });
  }

  private static void add(String name, Setting setting) {
    SETTINGS.add(Named.of(name, setting));
  }

  private static void options(String name, UnaryOperator<ResNet.Builder> options) {
    add(name, new Setting(options, configuration -> { }));
  }

  private static void updater(String name, IUpdater updater) {
    options(name, net -> net.updater(updater));
  }

  private static void change(String name, Consumer<ComputationGraphConfiguration> change) {
    add(name, new Setting(net -> net, change));
  }

  private static void layers(String name, Consumer<BaseLayer> change) {
    change(name, configuration -> SmallNets.layers(configuration, BaseLayer.class).forEach(change));
  }

  private static void constraint(LayerConstraint constraint) {
    constraint.setParams(Set.of("W"));
    change(constraint.toString(), configuration -> SmallNets.layers(configuration, ConvolutionLayer.class)
        .forEach(convolution -> convolution.setConstraints(List.of(constraint.clone()))));
  }

  static List<Named<Setting>> settings() {
    return SETTINGS;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void stepsAreDl4js(Setting setting) {
    try (Pair pair = new Pair(SmallNets.V1.made(setting.options, setting.change))) {
      pair.fit(BATCHES.toArray(DataSet[]::new)).assertSame();
    }
  }
}
