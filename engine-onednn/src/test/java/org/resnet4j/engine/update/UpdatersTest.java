package org.resnet4j.engine.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.update.Nets.net;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.resnet4j.zoo.updater.AdamW;
import org.resnet4j.zoo.updater.SgdMomentum;

/** Every updater, regularisation, schedule and normalisation: twenty steps as DL4J makes them. */
class UpdatersTest {
  private static final int STEPS = 20;

  /** What settings do to a network. */
  interface Settings extends UnaryOperator<NeuralNetConfiguration.Builder> {}

  static Stream<IUpdater> fused() {
    return Stream.of(new Sgd(0.03), new NoOp(), new Nesterovs(0.03, 0.9), new Nesterovs(0.03, 0), new Adam(0.01),
        new Adam(0.01, 0.8, 0.95, 1e-3), new SgdMomentum(0.03, 0.9), new SgdMomentum(0.03, 0.9).nesterov(),
        new SgdMomentum(0.03, 0), new AdamW(0.01), new AdamW(0.01, 0.8, 0.95, 1e-3));
  }

  static Stream<Arguments> decays() {
    List<Settings> decays = List.of(builder -> builder, builder -> builder.l1(0.003).l2(0.02),
        builder -> builder.weightDecay(0.02), builder -> builder.weightDecay(0.002, false).l1Bias(0.01).l2Bias(0.1));
    return fused().flatMap(updater -> Stream.of(0, 1, 2, 3).map(i -> Arguments.of(updater, i, decays.get(i))));
  }

  @ParameterizedTest(name = "{0}, decay {1}")
  @MethodSource("decays")
  void stepsAreDl4js(IUpdater updater, int index, Settings decay) {
    Twins twins = new Twins(net(builder -> decay.apply(builder.updater(updater.clone()))));
    INDArray before = twins.fused.params().dup();
    assertEquals(List.of(), Logged.during(() -> twins.train(STEPS, Twins.batches(Nets.IMAGE))));
    assertNotEquals(before, twins.fused.params());
  }

  static Stream<IUpdater> schedules() {
    ISchedule iterations = new PolySchedule(ScheduleType.ITERATION, 0.05, 2, 25);
    ISchedule epochs = new StepSchedule(ScheduleType.EPOCH, 0.05, 0.5, 2);
    ISchedule rising = new RampSchedule(new ExponentialSchedule(ScheduleType.ITERATION, 0.5, 1.02), 6);
    ISchedule fromZero = new RampSchedule(new PolySchedule(ScheduleType.ITERATION, 0, 1, 25), 4);
    return Stream.of(iterations, epochs, fromZero).flatMap(rate -> Stream.of(new Sgd(rate), new Nesterovs(rate, rising),
        new Nesterovs(rate, epochs), Adam.builder().learningRateSchedule(rate).build(), new SgdMomentum(rate, 0.7),
        new SgdMomentum(rate, 0.7).nesterov(), new AdamW(rate)));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void schedulesCountIterationsAndEpochs(IUpdater updater) {
    ISchedule decay = new ExponentialSchedule(ScheduleType.ITERATION, 0.02, 0.9);
    Twins twins = new Twins(net(builder -> builder.updater(updater.clone()), layers -> {
      layers.convolution().setRegularization(List.of(new L1Regularization(decay), new WeightDecay(decay, true)));
      layers.dense().setRegularization(List.of(new WeightDecay(decay, false), new L2Regularization(decay)));
    }));
    twins.trainEpochs(7, Twins.batches(Nets.IMAGE));
  }

  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void gradientsAreNormalized(GradientNormalization normalization) {
    for (IUpdater updater : List.of(new SgdMomentum(0.03, 0.9), new Adam(0.01))) {
      for (double threshold : new double[] {0.05, 3}) {
        Twins twins = new Twins(net(builder -> builder.updater(updater.clone()).l2(0.01)
            .gradientNormalization(normalization).gradientNormalizationThreshold(threshold)));
        twins.train(STEPS / 2, Twins.batches(Nets.IMAGE));
      }
    }
  }

  @Test
  void oneLayersGradientIsNormalizedAndTheOthersIsNot() {
    new Twins(net(builder -> builder.updater(new Nesterovs(0.03, 0.9)), layers -> {
      layers.norm().setGradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue);
      layers.norm().setGradientNormalizationThreshold(1e-3);
      layers.dense().setGradientNormalization(GradientNormalization.RenormalizeL2PerParamType);
      layers.dense().setBiasUpdater(new RmsProp(0.01));
    })).train(STEPS, Twins.batches(Nets.IMAGE));
  }

  @Test
  void layersAndBiasesHaveTheirOwnUpdaters() {
    Twins twins = new Twins(net(builder -> builder.updater(new Sgd(0.1)).biasUpdater(new Adam(0.02)), layers -> {
      layers.convolution().setIUpdater(new Nesterovs(0.05, 0.8));
      layers.norm().setIUpdater(new AdamW(0.01));
      layers.dense().setIUpdater(new AdamW(0.02));
      layers.dense().setRegularization(List.of(new WeightDecay(0.1, true)));
      layers.output().setIUpdater(new SgdMomentum(0.05, 0.8));
      layers.output().setBiasUpdater(new NoOp());
    }));
    twins.train(STEPS, Twins.batches(Nets.IMAGE));
  }

  /** One block of DL4J's: neighbours with equal updaters share one array of state, and AdamW a count of steps. */
  @Test
  void parametersOfOneBlockShareItsState() {
    for (IUpdater updater : List.of(new Adam(0.01), new AdamW(0.01))) {
      Twins twins = new Twins(net(builder -> builder.updater(updater.clone()), layers -> layers.norm().setDecay(0.5)));
      assertEquals(3, twins.fused.getUpdater().getUpdaterBlocks().size());
      twins.train(STEPS, Twins.batches(Nets.IMAGE));
    }
  }

  @Test
  void sumsOverTheMinibatchAreTakenAsTheyAre() {
    new Twins(net(builder -> builder.updater(new Nesterovs(0.01, 0.9)).miniBatch(false).l2(0.01)))
        .train(STEPS, Twins.batches(Nets.IMAGE));
    new Twins(net(builder -> builder.updater(new Adam(0.01)).miniBatch(false).minimize(false)
        .gradientNormalization(GradientNormalization.ClipL2PerLayer).gradientNormalizationThreshold(0.1)))
        .train(STEPS, Twins.batches(Nets.IMAGE));
  }

  /** A regularisation of a user's own. */
  static final class Pull implements Regularization {
    private static final long serialVersionUID = 1;

    @Override
    public ApplyStep applyStep() {
      return ApplyStep.POST_UPDATER;
    }

    @Override
    public void apply(INDArray parameters, INDArray gradient, double rate, int iteration, int epoch) {
      gradient.addi(parameters.sub(0.5).muli(0.01));
    }

    @Override
    public double score(INDArray parameters, int iteration, int epoch) {
      return 0;
    }

    @Override
    public Regularization clone() {
      return new Pull();
    }
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        Arguments.of("Updater " + AMSGrad.class.getName(), 704,
            net(builder -> builder.updater(new AMSGrad(0.01)).l1(0.1).weightDecay(0.1))),
        Arguments.of("Updater " + AdaGrad.class.getName(), 606, net(builder -> builder.updater(new Adam(0.01)).l1(0.01),
            layers -> layers.dense().setIUpdater(new AdaGrad(0.05)))),
        Arguments.of("Updater " + RmsProp.class.getName(), 12,
            net(builder -> builder.updater(new Adam(0.01)).biasUpdater(new RmsProp(0.01)).l2(0.01))),
        Arguments.of("Regularisation " + Pull.class.getName(), 620,
            net(builder -> builder.updater(new AdamW(0.01)),
                layers -> layers.dense().setRegularization(List.of(new L2Regularization(0.1), new Pull())))));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void whatIsUnknownHereIsDl4jsToUpdate(String unknown, int parameters,
      Supplier<ComputationGraphConfiguration> configuration) {
    Twins twins = new Twins(configuration);
    List<String> log = Logged.during(() -> twins.train(STEPS, Twins.batches(Nets.IMAGE)));
    // Of 72 + 4 of the convolution, 4 * 4 of the norm, 600 + 6 of the dense layer, 12 + 2 of the output.
    assertEquals(List.of("%s isn't fused: DL4J updates %d of 712 parameters".formatted(unknown, parameters)), log);
  }

  @Test
  void lossesThatAreNotANumberSpreadTheSame() {
    Twins twins = new Twins(net(builder -> builder.updater(new Adam(0.01)).l2(0.1)));
    twins.train(2, Twins.batches(Nets.IMAGE));
    twins.both(graph -> graph.getLayer("dense").getParam("W").putScalar(3, Float.NaN));
    twins.train(2, Twins.batches(Nets.IMAGE));
    assertTrue(Float.isNaN(twins.fused.params().sumNumber().floatValue()));
  }
}
