package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;
import org.resnet4j.engine.update.Logged;

/** Whatever the loss and the labels are, steps are DL4J's. */
class LossesTest {
  private static final int BATCH = 6;
  private static final List<Named<Loss>> LOSSES = new ArrayList<>();

  /** What an output has. */
  private record Loss(ILossFunction function, Activation activation, INDArray labels) {}

  /** In (0, 1). */
  private static INDArray shares(String name, long... shape) {
    return Sketch.numbers(name, shape).mul(0.45).add(0.5);
  }

  /** That sum to one in each row. */
  private static INDArray soft() {
    INDArray numbers = shares("soft", BATCH, Sketch.CLASSES);
    return numbers.diviColumnVector(numbers.sum(1));
  }

  private static INDArray smoothed() {
    return hard().mul(0.9).add(0.1 / Sketch.CLASSES);
  }

  private static INDArray hard() {
    return Sketch.labels(BATCH, Sketch.CLASSES);
  }

  private static INDArray several() {
    return Sketch.numbers("several", BATCH, Sketch.CLASSES).gt(0).castTo(DataType.FLOAT);
  }

  private static INDArray any() {
    return Sketch.numbers("any", BATCH, Sketch.CLASSES);
  }

  static {
    INDArray weights = Nd4j.createFromArray(0.5f, 1, 2);
    add(new LossMCXENT(), Activation.SOFTMAX, "hard", hard());
    add(new LossMCXENT(), Activation.SOFTMAX, "soft", soft());
    add(new LossMCXENT(), Activation.SOFTMAX, "smoothed", smoothed());
    add(new LossMCXENT(weights), Activation.SOFTMAX, "soft, weighted", soft());
    add(new LossNegativeLogLikelihood(), Activation.SOFTMAX, "hard", hard());
    add(new LossSparseMCXENT(), Activation.SOFTMAX, "numbers",
        Nd4j.createFromArray(0f, 2, 1, 1, 0, 2).reshape(BATCH, 1));
    add(new LossBinaryXENT(), Activation.SIGMOID, "several", several());
    add(new LossBinaryXENT(weights), Activation.SIGMOID, "several, weighted", several());
    add(new LossMultiLabel(), Activation.TANH, "several", several());
    add(new LossMSE(), Activation.IDENTITY, "any", any());
    add(new LossMSE(weights), Activation.TANH, "any, weighted", any());
    add(new LossL2(), Activation.LEAKYRELU, "any", any());
    add(new LossL1(), Activation.IDENTITY, "any", any());
    add(new LossMAE(), Activation.TANH, "any", any());
    add(new LossMSLE(), Activation.SOFTPLUS, "shares", shares("msle", BATCH, Sketch.CLASSES));
    add(new LossKLD(), Activation.SOFTMAX, "soft", soft());
    add(new LossHinge(), Activation.TANH, "signs", several().mul(2).sub(1));
    add(new LossSquaredHinge(), Activation.IDENTITY, "signs", several().mul(2).sub(1));
    add(new LossPoisson(), Activation.SOFTPLUS, "shares", shares("poisson", BATCH, Sketch.CLASSES));
    add(new LossCosineProximity(), Activation.IDENTITY, "any", any());
    add(new LossWasserstein(), Activation.IDENTITY, "signs", several().mul(2).sub(1));
    add(new LossFMeasure(), Activation.SOFTMAX, "two",
        Sketch.labels(BATCH, 2));
  }

  private static void add(ILossFunction function, Activation activation, String labels, INDArray array) {
    LOSSES.add(Named.of(function.getClass().getSimpleName() + " " + activation + " " + labels,
        new Loss(function, activation, array)));
  }

  static List<Named<Loss>> losses() {
    return LOSSES;
  }

  private static Pair pair(Sketch net, OutputLayer output) {
    return new Pair(net.convolution(5).norm().convolution(4).dense(8).end(output));
  }

  private static Pair pair(Sketch net, Loss loss, int classes) {
    return pair(net, new OutputLayer.Builder(loss.function).activation(loss.activation).nOut(classes).build());
  }

  private static INDArray images(Sketch net) {
    return net.batch(BATCH).getFeatures(0);
  }

  private static MultiDataSet data(INDArray features, INDArray labels, INDArray mask) {
    return new MultiDataSet(new INDArray[] {features}, new INDArray[] {labels}, null,
        mask == null ? null : new INDArray[] {mask});
  }

  @ParameterizedTest
  @MethodSource("losses")
  void stepsAreDl4js(Loss loss) {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    int classes = loss.function instanceof LossFMeasure ? 2 : Sketch.CLASSES;
    try (Pair pair = pair(net, loss, classes)) {
      MultiDataSet data = data(images(net), loss.labels, null);
      pair.compareStep(data).fit(data, data).assertSame();
    }
  }

  @Test
  void examplesAreMasked() {
    INDArray mask = Nd4j.createFromArray(1f, 0, 1, 1, 0, 1).reshape(BATCH, 1);
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    try (Pair pair = pair(net, new Loss(new LossMCXENT(), Activation.SOFTMAX, null), Sketch.CLASSES)) {
      MultiDataSet masked = data(images(net), soft(), mask);
      MultiDataSet whole = data(images(net), soft(), null);
      double score = TrainingStep.of(pair.fast, masked).score();
      assertTrue(Math.abs(score - TrainingStep.of(pair.fast, whole).score()) > 1e-3, "the mask counts");
      // Without a mask again, nothing is left of the last one.
      pair.compareStep(masked).fit(masked, whole, masked).assertSame();
    }
  }

  @Test
  void singleOutputsAreMasked() {
    INDArray mask = Sketch.numbers("mask", BATCH, Sketch.CLASSES).gt(-0.3).castTo(DataType.FLOAT);
    Sketch net = new Sketch(CNN2DFormat.NHWC);
    try (Pair pair = pair(net, new Loss(new LossBinaryXENT(), Activation.SIGMOID, null), Sketch.CLASSES)) {
      MultiDataSet masked = data(images(net), several(), mask);
      pair.compareStep(masked).fit(masked, masked).assertSame();
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void pixelsHaveLosses(CNN2DFormat format) {
    Sketch net = new Sketch(format);
    long[] shape = format == CNN2DFormat.NCHW ? new long[] {BATCH, 2, 8, 7} : new long[] {BATCH, 8, 7, 2};
    long[] one = format == CNN2DFormat.NCHW ? new long[] {BATCH, 1, 8, 7} : new long[] {BATCH, 8, 7, 1};
    INDArray first = shares("pixels", one);
    INDArray labels = Nd4j.concat(format == CNN2DFormat.NCHW ? 1 : 3, first, first.rsub(1));
    assertEquals(List.of(shape[1], shape[3]), List.of(labels.size(1), labels.size(3)));
    try (Pair pair = new Pair(net.convolution(5).norm().pixelwise(2).end(new CnnLossLayer.Builder(new LossMCXENT())
        .activation(Activation.SOFTMAX).format(format).build()))) {
      MultiDataSet data = data(images(net), labels, null);
      pair.compareStep(data).fit(data, data).assertSame();
      MultiDataSet masked = data(images(net), labels, Sketch.numbers("pixelmask", one).gt(0).castTo(DataType.FLOAT));
      if (format == CNN2DFormat.NCHW) {
        pair.compareStep(masked).fit(masked).assertSame();
      } else {
        // DL4J can't, and the next step is as if there hadn't been this one.
        String expected = assertThrows(UnsupportedOperationException.class, () -> pair.stock.fit(masked)).getMessage();
        assertEquals(expected,
            assertThrows(UnsupportedOperationException.class, () -> pair.fast.fit(masked)).getMessage());
        pair.compareStep(data).fit(data).assertSame();
      }
    }
  }

  /** Two inputs and two outputs, of which one is masked. */
  @Test
  void severalInputsAndOutputs() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    net.convolution(5).norm();
    String trunk = net.last();
    net.builder().addInputs("more").setInputTypes(InputType.feedForward(4));
    net.dense(6);
    String dense = net.last();
    net.builder()
        .addLayer("second", new DenseLayer.Builder().nOut(6).build(), "more")
        .addVertex("sum", new ElementWiseVertex(
            ElementWiseVertex.Op.Add), dense, "second")
        .addLayer("classes", new OutputLayer.Builder(new LossMCXENT()).activation(Activation.SOFTMAX)
            .nOut(Sketch.CLASSES).build(), "sum")
        .addLayer("pixels", new ConvolutionLayer.Builder(1, 1).nOut(1).build(), trunk)
        .addLayer("map", new CnnLossLayer.Builder(new LossMSE()).activation(Activation.IDENTITY).build(), "pixels")
        .addLayer("values", new LossLayer.Builder(new LossMAE()).activation(Activation.TANH).build(), "second");
    MultiDataSet data = new MultiDataSet(
        new INDArray[] {images(net), Sketch.numbers("more", BATCH, 4)},
        new INDArray[] {soft(), Sketch.numbers("map", BATCH, 1, 8, 7), Sketch.numbers("values", BATCH, 6)}, null,
        new INDArray[] {Nd4j.createFromArray(1f, 0, 1, 1, 0, 1).reshape(BATCH, 1), null, null});
    try (Pair pair = new Pair(net.outputs("classes", "map", "values"))) {
      pair.compareStep(data).fit(data, data).assertSame();
    }
  }

  /** A loss reads what a sum reads, too: nothing may be written over it. */
  @Test
  void inTheMiddle() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    net.convolution(5);
    String first = net.last();
    net.convolution(5);
    String middle = net.last();
    net.join(new ElementWiseVertex(ElementWiseVertex.Op.Add), middle, first)
        .then("classes", new OutputLayer.Builder(new LossMCXENT()).activation(Activation.SOFTMAX)
            .nOut(Sketch.CLASSES).build());
    net.builder().addLayer("map",
        new CnnLossLayer.Builder(new LossMSE()).activation(Activation.IDENTITY).build(), middle);
    MultiDataSet data = new MultiDataSet(new INDArray[] {images(net)},
        new INDArray[] {soft(), Sketch.numbers("map", BATCH, 5, 8, 7)});
    try (Pair pair = new Pair(net.outputs("classes", "map"))) {
      pair.compareStep(data).fit(data, data).assertSame();
    }
  }

  /** What the engine can't do is named, and DL4J does it. */
  @Test
  void masksOfInputsAreNamed() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    try (Pair pair = pair(net, new Loss(new LossMCXENT(), Activation.SOFTMAX, null), Sketch.CLASSES)) {
      MultiDataSet whole = data(images(net), hard(), null);
      MultiDataSet masked = new MultiDataSet(new INDArray[] {images(net)}, new INDArray[] {hard()},
          new INDArray[] {Nd4j.createFromArray(1f, 0, 1, 1, 0, 1).reshape(BATCH, 1, 1, 1)}, null);
      List<String> lines = Logged.during(pair.fast.getClass().getPackageName() + ".Trainer",
          () -> pair.fit(masked, whole, masked));
      assertEquals(List.of("DL4J trains this network: the engine can't train with masks of inputs"), lines);
      pair.assertSame();
    }
  }
}
