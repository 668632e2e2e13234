package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.graph.HandModel.norm;
import static org.resnet4j.modelimport.graph.HandModel.weight;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.Operation.Activate;
import org.resnet4j.modelimport.model.Operation.BatchNormalization;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.GlobalPool;
import org.resnet4j.modelimport.model.Operation.Merge;
import org.resnet4j.modelimport.model.Operation.Padding;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Pooling;
import org.resnet4j.modelimport.model.Operation.Window;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.zoo.NetworkInput;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.layer.HeldLayer;
import org.resnet4j.zoo.weights.SavedModel;

class KerasGraphTest {
  private static final Shape IMAGE = Shape.of(8, 8, 4);
  private static final Window WINDOW =
      new Window(new Pair(3, 3), Pair.ONE, Pair.ONE, Padding.SAME, DataFormat.CHANNELS_LAST);
  private static final BatchNormalization NORM = new BatchNormalization(3, 0.9, 1e-3, true, true);

  private final INDArray images = Nd4j.rand(DataType.FLOAT, 4, 8, 8, 3);

  private static Convolution convolution(Regularization regularization) {
    return new Convolution(4, WINDOW, 1, true, Plain.LINEAR, regularization, Regularization.NONE);
  }

  /** A block whose norm has two readers. */
  private static HandModel block() {
    return block(new HandModel(), Regularization.NONE);
  }

  private static HandModel block(HandModel model, Regularization regularization) {
    return model.input("image", 8, 8, 3)
        .node("conv1", convolution(regularization), IMAGE, List.of(weight("kernel", 3, 3, 3, 4), weight("bias", 4)),
            "image")
        .node("bn1", NORM, IMAGE, norm(4), "conv1")
        .node("relu1", new Activate(Relu.PLAIN), IMAGE, "bn1")
        .node("conv2", convolution(regularization), IMAGE, List.of(weight("kernel", 3, 3, 4, 4), weight("bias", 4)),
            "relu1")
        .node("bn2", NORM, IMAGE, norm(4), "conv2")
        .node("add", new Merge(Merge.Kind.ADD), IMAGE, "bn1", "bn2")
        .node("relu2", new Activate(Relu.PLAIN), IMAGE, "add");
  }

  private static HandModel pooled(HandModel model) {
    return model.node("pool", new GlobalPool(Pooling.AVERAGE, DataFormat.CHANNELS_LAST, false), Shape.of(4), "relu2");
  }

  private static HandModel dense(HandModel model, int units, org.resnet4j.modelimport.model.Activation activation) {
    return model.node("dense", new Dense(units, true, activation, Regularization.NONE, Regularization.NONE),
        Shape.of(units), List.of(weight("kernel", 4, units), weight("bias", units)), "pool");
  }

  private static HandModel classifier() {
    return dense(pooled(block()), 3, new Softmax(1, false));
  }

  private DataSet data(int classes) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 4, classes);
    for (int i = 0; i < 4; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return new DataSet(images.dup(), labels);
  }

  @Test
  void everyCallIsMapped() {
    BuiltGraph built = classifier().build(DataType.FLOAT, "dense");
    LayerMapping norm = built.layers().get(1);
    assertEquals(new LayerMapping("bn1", "BatchNormalization", List.of("bn1"), "BatchNormalization", IMAGE, 16), norm);
    assertEquals("OutputLayer", built.layers().get(8).layerClass());
    assertEquals(List.of("dense"), built.graph().getConfiguration().getNetworkOutputs());
    OutputLayer output = assertInstanceOf(OutputLayer.class, built.graph().getLayer("dense").conf().getLayer());
    assertEquals(new LossMCXENT(), output.getLossFn());
    assertEquals(new Adam(1e-3), output.getIUpdater());
  }

  @ParameterizedTest
  @EnumSource(WorkspaceMode.class)
  void noVertexChangesWhatAnotherGave(WorkspaceMode mode) {
    ComputationGraph net = classifier().build(DataType.FLOAT, "dense").graph();
    net.getConfiguration().setInferenceWorkspaceMode(mode);
    Map<String, INDArray> all = net.feedForward(images, false);
    assertClose("relu", Transforms.max(all.get("bn1"), 0, true), all.get("relu1"), 1e-6);
    assertTrue(all.get("bn1").minNumber().doubleValue() < 0, "the norm's negative values are still there");
    assertClose("add", all.get("bn1").add(all.get("bn2")), all.get("add"), 1e-6);
    assertTrue(all.get("add").minNumber().doubleValue() < 0);
    assertEquals(all.get("dense"), net.outputSingle(images));
  }

  @Test
  void itTrainsAndSurvivesSavingAndCloning(@TempDir Path folder) {
    ComputationGraph net = classifier().build(DataType.FLOAT, "dense").graph();
    double before = net.score(data(3));
    for (int i = 0; i < 20; i++) {
      net.fit(data(3));
    }
    assertTrue(net.score(data(3)) < before);
    INDArray expected = net.outputSingle(images);
    assertEquals(expected, net.clone().outputSingle(images));
    new SavedModel(net, List.of("a", "b", "c"), Preprocessing.unit(8), Map.of()).save(folder);
    SavedModel loaded = SavedModel.load(folder);
    assertClose("saved", expected, loaded.graph().outputSingle(images), 1e-6);
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson());
    assertEquals(net.getConfiguration(), read);
  }

  @Test
  void deeplearning4jKnowsTheShapes() {
    ComputationGraphConfiguration configuration =
        classifier().build(DataType.FLOAT, "dense").graph().getConfiguration();
    Map<String, InputType> types =
        configuration.getLayerActivationTypes(InputType.convolutional(8, 8, 3, CNN2DFormat.NHWC));
    assertEquals(InputType.convolutional(8, 8, 4, CNN2DFormat.NHWC), types.get("add"));
    assertEquals(InputType.feedForward(4), types.get("pool"));
  }

  @Test
  void featuresAskForAHeadAndTrainWithOne(@TempDir Path folder) {
    for (String end : List.of("relu2", "pool")) {
      HandModel model = end.equals("pool") ? pooled(block()) : block();
      ComputationGraph net = model.build(DataType.FLOAT, end).graph();
      assertEquals(List.of(end), net.getConfiguration().getNetworkOutputs());
      INDArray features = net.outputSingle(images);
      String message = assertThrows(IllegalStateException.class,
          () -> net.fit(new DataSet(images, features.dup()))).getMessage();
      assertTrue(message.contains("newHead"), message);
      new SavedModel(net, List.of("a", "b", "c", "d"), Preprocessing.unit(8), Map.of()).save(folder);
      assertEquals(features, SavedModel.load(folder).graph().outputSingle(images));

      ComputationGraph headed = ResNetTransfer.newHead(net, 2);
      assertEquals(features, headed.feedForward(images, false).get(end));
      double before = headed.score(data(2), true);
      for (int i = 0; i < 10; i++) {
        headed.fit(data(2));
      }
      assertTrue(headed.score(data(2), true) < before);
      assertEquals(2, ResNetTransfer.newHead(headed, 2).outputSingle(images).size(1));
    }
  }

  @Test
  void anImportedHeadIsReplacedWhateverItsName() {
    ComputationGraph net = dense(pooled(block()), 1, Plain.SIGMOID).build(DataType.FLOAT, "dense").graph();
    ComputationGraph headed = ResNetTransfer.newHead(ResNetTransfer.freezeThrough(net, "pool"), 3);
    assertEquals(net.getParam("conv1_W"), headed.getParam("conv1_W"));
    assertClose("a distribution", Nd4j.ones(DataType.FLOAT, 4),
        headed.outputSingle(images).sum(1), 1e-5);
    headed.fit(data(3));
    assertEquals(net.getParam("conv1_W"), headed.getParam("conv1_W"));
    ComputationGraph free = ResNetTransfer.unfreeze(headed);
    free.fit(data(3));
    assertNotEquals(net.getParam("conv1_W"), free.getParam("conv1_W"));
    assertThrows(IllegalArgumentException.class, () -> ResNetTransfer.freezeThrough(net, "dense"));
  }

  @Test
  void aFrozenBaseStaysAndNeedsNoBackwardWork() {
    HandModel model = new HandModel().freeze("conv1", "bn1", "conv2", "bn2");
    ComputationGraph net = dense(pooled(block(model, Regularization.NONE)), 3, new Softmax(1, false))
        .build(DataType.FLOAT, "dense").graph();
    assertInstanceOf(FrozenLayer.class,
        net.getConfiguration().getVertices().get("bn2") instanceof org.deeplearning4j.nn.conf.graph.LayerVertex vertex
            ? vertex.getLayerConf().getLayer() : null);
    INDArray before = net.params().dup();
    INDArray features = net.feedForward(images, false).get("pool").dup();
    net.fit(data(3));
    assertEquals(features, net.feedForward(images, false).get("pool"));
    assertNotEquals(before, net.params());
    assertEquals(net.outputSingle(images), net.clone().outputSingle(images));
  }

  @Test
  void aFrozenLayerPassesItsGradient() {
    HandModel model = new HandModel().freeze("bn1", "conv2", "bn2");
    ComputationGraph net = dense(pooled(block(model, Regularization.NONE)), 3, new Softmax(1, false))
        .build(DataType.DOUBLE, "dense").graph();
    assertInstanceOf(HeldLayer.class,
        net.getConfiguration().getVertices().get("bn1") instanceof org.deeplearning4j.nn.conf.graph.LayerVertex vertex
            ? vertex.getLayerConf().getLayer() : null);
    Gradients.assertRight(net, images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE), 5);
    Map<String, INDArray> before = net.clone().paramTable();
    net.fit(new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE)));
    net.paramTable().forEach((name, now) -> {
      boolean held = name.matches("(bn1|conv2|bn2)_.*");
      assertEquals(held, before.get(name).equals(now), name);
    });
    ComputationGraph read = new ComputationGraph(ComputationGraphConfiguration.fromJson(
        net.getConfiguration().toJson()));
    read.init(net.params(), true);
    assertEquals(net.outputSingle(images.castTo(DataType.DOUBLE)), read.outputSingle(images.castTo(DataType.DOUBLE)));
    ComputationGraph free = ResNetTransfer.unfreeze(net);
    free.fit(new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE)));
    assertNotEquals(net.getParam("bn2_mean"), free.getParam("bn2_mean"));
    assertNotEquals(net.getParam("conv2_W"), free.getParam("conv2_W"));
  }

  @Test
  void aNormCalledForInferenceTrainsByItsRunningStatistics() {
    HandModel model = new HandModel().callForInference("bn1", "bn2");
    ComputationGraph net = dense(pooled(block(model, Regularization.NONE)), 3, new Softmax(1, false))
        .build(DataType.DOUBLE, "dense").graph();
    DataSet data = new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE));
    Gradients.assertRight(net, data.getFeatures(), data.getLabels(), 5);
    Map<String, INDArray> before = net.clone().paramTable();
    net.fit(data);
    net.paramTable().forEach((name, now) ->
        assertEquals(name.matches(".*_(mean|var)"), before.get(name).equals(now), name));
  }

  @Test
  void penaltiesAreKerasPenalties() {
    double plain = dense(pooled(block()), 3, new Softmax(1, false)).build(DataType.DOUBLE, "dense").graph()
        .score(new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE)));
    ComputationGraph net = dense(pooled(block(new HandModel(), new Regularization(0.02, 0.03))), 3,
        new Softmax(1, false)).build(DataType.DOUBLE, "dense").graph();
    double penalty = 0;
    for (String name : List.of("conv1_W", "conv2_W")) {
      INDArray w = net.getParam(name);
      penalty += 0.02 * w.norm1Number().doubleValue() + 0.03 * w.mul(w).sumNumber().doubleValue();
    }
    assertEquals(plain + penalty, net.score(new DataSet(images.castTo(DataType.DOUBLE),
        data(3).getLabels().castTo(DataType.DOUBLE))), 1e-9);
  }

  @Test
  void logitsAreTrainedAsLogits() {
    Compilation logits = new Compilation(Optional.of(new Compilation.Loss(
        Compilation.LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY, true, 0.1)), Optional.empty());
    BuiltGraph built = dense(pooled(block()), 3, Plain.LINEAR).compile(logits).build(DataType.DOUBLE, "dense");
    ComputationGraph net = built.graph();
    DataSet data = new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE));
    INDArray y = net.outputSingle(data.getFeatures());
    INDArray logs = y.sub(Transforms.log(Transforms.exp(y, true).sum(true, 1), false));
    double expected = -data.getLabels().mul(0.9).addi(0.1 / 3).mul(logs).sumNumber().doubleValue() / 4;
    assertEquals(expected, net.score(data), 1e-9);
    Gradients.assertRight(net, data.getFeatures(), data.getLabels(), 5);
    assertTrue(built.notes().stream().anyMatch(note -> note.contains("one-hot")), built.notes().toString());
  }

  @Test
  void pixelsHaveALossEach() {
    Convolution pixel = new Convolution(3, WINDOW, 1, true, new Softmax(3, false), Regularization.NONE,
        Regularization.NONE);
    ComputationGraph net = block().node("map", pixel, Shape.of(8, 8, 3),
        List.of(weight("kernel", 3, 3, 4, 3), weight("bias", 3)), "relu2").build(DataType.DOUBLE, "map").graph();
    INDArray x = images.castTo(DataType.DOUBLE);
    INDArray y = net.outputSingle(x);
    assertClose("distributions", Nd4j.ones(DataType.DOUBLE, 4, 8, 8), y.sum(3), 1e-9);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 4, 8, 8, 3);
    for (int i = 0; i < 4 * 64; i++) {
      labels.putScalar(3L * i + i % 3, 1);
    }
    assertEquals(-labels.mul(Transforms.log(y, true)).sumNumber().doubleValue() / (4 * 64),
        net.score(new DataSet(x, labels)), 1e-9);
    Gradients.assertRight(net, x, labels, 5);
  }

  @Test
  void theOtherLayoutCanBeAskedFor() {
    HandModel model = classifier();
    ComputationGraph last = model.build(DataType.FLOAT, "dense").graph();
    ComputationGraph first = KerasGraph.build(model.model("dense"), model, DataType.FLOAT,
        Optional.of(CNN2DFormat.NCHW)).graph();
    assertEquals(last.outputSingle(images), first.outputSingle(images.permute(0, 3, 1, 2).dup('c')));
    first.fit(new DataSet(images.permute(0, 3, 1, 2).dup('c'), data(3).getLabels()));
    assertEquals(new NetworkInput(CNN2DFormat.NHWC, 3), NetworkInput.of(last));
    assertEquals(new NetworkInput(CNN2DFormat.NCHW, 3), NetworkInput.of(first));
  }

  /** Keras's softmax of a layer runs along the last axis, which in images with channels first is the width. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aSoftmaxAtTheEndRunsAlongItsOwnAxis(int axis) {
    Compilation compiled = new Compilation(Optional.of(new Compilation.Loss(
        Compilation.LossFunction.CATEGORICAL_CROSSENTROPY, false, 0)), Optional.empty());
    Window first = new Window(Pair.ONE, Pair.ONE, Pair.ONE, Padding.VALID, DataFormat.CHANNELS_FIRST);
    HandModel model = new HandModel().input("image", 3, 8, 8).compile(compiled);
    List<org.resnet4j.modelimport.model.Weight> kernel = List.of(weight("kernel", 1, 1, 3, 4));
    if (axis == 3) {
      model.node("map", new Convolution(4, first, 1, false, new Softmax(3, false), Regularization.NONE,
          Regularization.NONE), Shape.of(4, 8, 8), kernel, "image");
    } else {
      model.node("conv", new Convolution(4, first, 1, false, Plain.LINEAR, Regularization.NONE, Regularization.NONE),
          Shape.of(4, 8, 8), kernel, "image")
          .node("map", new Activate(new Softmax(axis, false)), Shape.of(4, 8, 8), "conv");
    }
    INDArray y = model.build(DataType.DOUBLE, "map").graph()
        .outputSingle(images.castTo(DataType.DOUBLE).permute(0, 3, 1, 2).dup('c'));
    assertClose("distributions", Nd4j.ones(DataType.DOUBLE, 4, 4, 8), y.sum(axis), 1e-9);
  }

  /** w -= rate * decay * w beside the step: keras.optimizers.Optimizer._apply_weight_decay, for any optimiser. */
  @ParameterizedTest
  @EnumSource(value = Compilation.OptimizerKind.class, names = {"SGD", "ADAM", "ADAMW"})
  void weightDecayIsKerasWeightDecay(Compilation.OptimizerKind kind) {
    ComputationGraph plain = decaying(kind, 0);
    ComputationGraph decaying = decaying(kind, 0.3);
    Map<String, INDArray> before = Map.of("dense_W", plain.getParam("dense_W").dup(), "dense_b",
        plain.getParam("dense_b").dup(), "conv1_W", plain.getParam("conv1_W").dup());
    DataSet data = new DataSet(images.castTo(DataType.DOUBLE), data(3).getLabels().castTo(DataType.DOUBLE));
    plain.fit(data);
    decaying.fit(data);
    before.forEach((name, value) -> assertClose(name, plain.getParam(name).sub(value.mul(0.1 * 0.3)),
        decaying.getParam(name), 1e-9));
  }

  private static ComputationGraph decaying(Compilation.OptimizerKind kind, double decay) {
    Compilation compilation = new Compilation(Optional.empty(), Optional.of(new Compilation.Optimizer(kind,
        new Compilation.LearningRate.Constant(0.1), Map.of("weight_decay", decay))));
    return classifier().compile(compilation).build(DataType.DOUBLE, "dense").graph();
  }

  @Test
  void aLayerCalledTwiceHasTwoCopies() {
    List<org.resnet4j.modelimport.model.Weight> weights =
        List.of(weight("kernel", 3, 3, 4, 4), weight("bias", 4));
    BuiltGraph built = dense(pooled(new HandModel().input("image", 8, 8, 4)
        .call("conv", "conv", convolution(Regularization.NONE), IMAGE, weights, "image")
        .call("conv_call2", "conv", convolution(Regularization.NONE), IMAGE, weights, "conv")
        .node("relu2", new Activate(Relu.PLAIN), IMAGE, "conv_call2")), 3, new Softmax(1, false))
        .build(DataType.FLOAT, "dense");
    assertEquals(built.graph().getParam("conv_W"), built.graph().getParam("conv_call2_W"));
    assertTrue(built.notes().stream().anyMatch(note -> note.contains("\"conv\"") && note.contains("several times")));
  }

  @Test
  void anOutputThatOthersReadIsGivenAsWell() {
    ComputationGraph net = classifier().build(DataType.FLOAT, "relu1", "dense").graph();
    INDArray[] outputs = net.output(images);
    assertEquals(net.feedForward(images, false).get("relu1"), outputs[0]);
    assertEquals(3, outputs[1].size(1));
  }

  private static void assertClose(String name, INDArray expected, INDArray found, double tolerance) {
    assertArrayEquals(expected.shape(), found.shape(), name);
    double difference = expected.sub(found).amaxNumber().doubleValue();
    double largest = expected.amaxNumber().doubleValue();
    assertTrue(difference <= tolerance * Math.max(largest, 1e-12),
        () -> name + ": largest difference " + difference + ", largest value " + largest);
  }
}
