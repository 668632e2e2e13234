package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Deviation.difference;
import static org.resnet4j.engine.Networks.builder;
import static org.resnet4j.engine.Networks.classes;
import static org.resnet4j.engine.Networks.convolution;
import static org.resnet4j.engine.Networks.images;
import static org.resnet4j.engine.Networks.initialised;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.slf4j.LoggerFactory;

class InterpretedTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(OneDnn.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private List<String> lines() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** With each precision: equal to DL4J, as long as the parameters stay and after they have changed. */
  private void assertRuns(ComputationGraph graph, INDArray... inputs) {
    INDArray expected = graph.output(inputs)[0];
    try (CompiledGraph narrow = OneDnn.compile(graph, EngineOptions.standard().withPrecision(Precision.BFLOAT16))) {
      assertTrue(difference(expected, narrow.output(inputs)[0]) < 0.05);
    }
    log.list.clear();
    try (CompiledGraph compiled = OneDnn.compile(graph, EngineOptions.standard())) {
      assertEquals(compiled.interpreted(), lines());
      assertTrue(difference(expected, compiled.output(inputs)[0]) < 1e-4);
      if (graph.numParams() > 0) {
        graph.params().muli(0.7);
        assertTrue(difference(expected, compiled.output(inputs)[0]) < 1e-4, "a snapshot");
        compiled.refresh();
        INDArray after = graph.output(inputs)[0];
        assertTrue(difference(after, expected) > 1e-3);
        assertTrue(difference(after, compiled.output(inputs)[0]) < 1e-4);
      }
    }
  }

  private static String line(String vertex, String kind, String what) {
    return "vertex " + vertex + " (" + kind + ") runs on DL4J: the engine has no kernels for " + what;
  }

  @Test
  void layersWithParametersOfTheirOwn() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("local", new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(4).activation(Activation.TANH)
            .setInputSize(8, 8).hasBias(true).build(), "conv1")
        .addLayer("norm", new BatchNormalization(), "local")
        .addLayer("conv2", convolution(4), "norm")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv2")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    assertRuns(graph, images(3));
    assertEquals(List.of(line("local", "LocallyConnected2D", "layer LocallyConnected2D")), lines());
  }

  /** x + 1, as an activation of the user's. */
  public static final class PlusOne extends BaseActivationFunction {
    private static final long serialVersionUID = 1;

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
      return in.addi(1);
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
      return new Pair<>(epsilon, null);
    }
  }

  @ParameterizedTest
  @EnumSource(value = WorkspaceMode.class, names = {"ENABLED", "NONE"})
  void anActivationOfTheUsers(WorkspaceMode mode) {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "conv1")
        .addLayer("more", new ActivationLayer(new PlusOne()), "relu")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "more")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    graph.getConfiguration().setInferenceWorkspaceMode(mode);
    assertRuns(graph, images(2));
    assertEquals(List.of(line("more", "ActivationLayer", "activation PlusOne")), lines());
  }

  /** Twice its input, by SameDiff. */
  public static final class Twice extends SameDiffLambdaLayer {
    private static final long serialVersionUID = 1;

    @Override
    public SDVariable defineLayer(SameDiff sameDiff, SDVariable input) {
      return input.mul(2);
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
      return input;
    }
  }

  /** The difference of two inputs, by SameDiff. */
  public static final class Difference extends SameDiffLambdaVertex {
    private static final long serialVersionUID = 1;

    @Override
    public SDVariable defineVertex(SameDiff sameDiff, VertexInputs inputs) {
      return inputs.getInput(0).sub(inputs.getInput(1));
    }

    @Override
    public InputType getOutputType(int index, InputType... inputs) {
      return inputs[0];
    }
  }

  @Test
  void lambdas() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("twice", new Twice(), "conv1")
        .addVertex("difference", new Difference(), "twice", "conv1")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "difference")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    assertRuns(graph, images(2));
    assertEquals(List.of(line("twice", "Twice", "layer Twice"),
        line("difference", "Difference", "vertex Difference")), lines());
  }

  /** Three times its input, by a preprocessor of the user's, which wants the batch's size right. */
  public static final class Thrice implements InputPreProcessor {
    private static final long serialVersionUID = 1;

    @Override
    public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaceMgr) {
      assertEquals(input.size(0), miniBatchSize);
      return workspaceMgr.dup(ArrayType.ACTIVATIONS, input).muli(3);
    }

    @Override
    public INDArray backprop(INDArray output, int miniBatchSize, LayerWorkspaceMgr workspaceMgr) {
      return output.mul(3);
    }

    @Override
    public InputPreProcessor clone() {
      return this;
    }

    @Override
    public InputType getOutputType(InputType inputType) {
      return inputType;
    }

    @Override
    public Pair<INDArray, org.deeplearning4j.nn.api.MaskState> feedForwardMaskArray(INDArray mask,
        org.deeplearning4j.nn.api.MaskState state, int miniBatchSize) {
      return new Pair<>(mask, state);
    }
  }

  @Test
  void preprocessorsAndVertices() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), new Thrice(), "image")
        .addVertex("again", new PreprocessorVertex(new Thrice()), "conv1")
        .addVertex("unit", new L2NormalizeVertex(), "again")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "unit")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    assertRuns(graph, images(3));
    assertTrue(lines().contains(line("conv1", "ConvolutionLayer", "preprocessor Thrice")), lines()::toString);
  }

  @Test
  void lossLayersOfImages() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(4), "image")
        .addLayer("loss", new CnnLossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
            "conv1").setOutputs("loss"));
    assertRuns(graph, images(2));
  }

  /** Series [N, C, T] through convolution and recurrence: DL4J's all of it, and right. */
  @Test
  void series() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT, InputType.recurrent(3))
        .addLayer("conv", new Convolution1DLayer.Builder(3).padding(1).nOut(4).build(), "image")
        .addLayer("lstm", new LSTM.Builder().nOut(5).activation(Activation.TANH).build(), "conv")
        .addLayer("classes", new RnnOutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).nOut(3)
            .build(), "lstm").setOutputs("classes"));
    assertRuns(graph, images(2).reshape(2, 3, 64));
    assertRuns(graph, images(2).reshape(2, 3, 64).get(org.nd4j.linalg.indexing.NDArrayIndex.all(),
        org.nd4j.linalg.indexing.NDArrayIndex.all(), org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 9)));
  }

  @Test
  void responseNormalisationAndParametricRelu() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("lrn", new LocalResponseNormalization.Builder().build(), "conv1")
        .addLayer("prelu", new PReLULayer.Builder().inputShape(6, 8, 8).build(), "lrn")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "prelu")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    assertRuns(graph, images(2));
  }

  @Test
  void whatCannotBeCopiedStaysWithDl4j() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addVertex("more", new SameDiffLambdaVertex() {
          private static final long serialVersionUID = 1;

          @Override
          public SDVariable defineVertex(SameDiff sameDiff, VertexInputs inputs) {
            return inputs.getInput(0).add(1);
          }

          @Override
          public InputType getOutputType(int index, InputType... inputs) {
            return inputs[0];
          }
        }, "conv1")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "more")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    INDArray expected = graph.outputSingle(images(2));
    assertThrows(EngineException.Unavailable.class, () -> OneDnn.compile(graph));
    FastComputationGraph slow = OneDnn.wrap(graph);
    assertEquals(expected, slow.outputSingle(images(2)));
    assertEquals(1, lines().size());
    assertTrue(lines().get(0).startsWith("Vertex more has no kernels"), lines().get(0));
  }

  /** One vertex object serves all callers. */
  @Test
  void manyCallers() throws Exception {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("more", new ActivationLayer(new PlusOne()), "conv1")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "more")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> expected = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      inputs.add(images(1 + i % 2).mul(i + 1));
      expected.add(graph.outputSingle(inputs.get(i)));
    }
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try (CompiledGraph compiled = OneDnn.compile(graph)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int mine = i;
        calls.add(callers.submit(() -> {
          for (int round = 0; round < 50; round++) {
            assertTrue(difference(expected.get(mine), compiled.output(inputs.get(mine))[0]) < 1e-4);
          }
        }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void whatDl4jCannotTakeIsSaid() {
    ComputationGraph graph = initialised(builder(DataType.FLOAT)
        .addLayer("local", new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(4).setInputSize(8, 8).build(),
            "image")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "local")
        .addLayer("classes", classes(), "pool").setOutputs("classes"));
    try (CompiledGraph compiled = OneDnn.compile(graph)) {
      EngineException.WrongInput wrong =
          assertThrows(EngineException.WrongInput.class, () -> compiled.output(Nd4j.ones(2, 4, 8, 8)));
      assertTrue(wrong.getMessage().startsWith("input image [2, 4, 8, 8], at vertex local, which DL4J computes: "),
          wrong.getMessage());
      assertTrue(difference(graph.outputSingle(images(2)), compiled.output(images(2))[0]) < 1e-4);
    }
  }

  /** A line for each vertex, once: neither with each form of the network that is compiled, nor with each call. */
  @Test
  void oneLine() {
    FastComputationGraph fast = OneDnn.wrap(initialised(builder(DataType.FLOAT).allowDisconnected(true)
        .addLayer("conv1", convolution(6), "image")
        .addLayer("more", new ActivationLayer(new PlusOne()), "conv1")
        .addLayer("twice", new Twice(), "more")
        .addLayer("end", new ActivationLayer(new PlusOne()), "conv1")
        .addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "twice")
        .addLayer("classes", classes(), "pool").setOutputs("classes")));
    List<String> expectedLines = new ArrayList<>(List.of(line("more", "ActivationLayer", "activation PlusOne"),
        line("twice", "Twice", "layer Twice")));
    assertEquals(expectedLines, lines());
    // Nothing that the outputs need.
    expectedLines.add(line("end", "ActivationLayer", "activation PlusOne"));
    for (int i = 1; i < 4; i++) {
      fast.output(images(i));
      Map<String, INDArray> expected = TrueActivations.of(fast, images(i));
      fast.feedForward(images(i), false).forEach((name, array) ->
          assertTrue(difference(expected.get(name), array) < 1e-4, name));
      fast.setParams(fast.params().mul(0.9));
      fast.refresh();
      fast.outputSingle(images(1));
      assertEquals(expectedLines, lines());
    }
    fast.close();
  }
}
