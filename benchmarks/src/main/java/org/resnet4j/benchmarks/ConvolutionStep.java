package org.resnet4j.benchmarks;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.layer.GroupedConvolution;

/** A 3x3 convolution of ResNeXt-50 32x4d, NCHW without bias, dense or in 32 groups, run by itself on random data. */
final class ConvolutionStep {
  /** Channels and side length of the four stages' 3x3 convolutions. */
  enum Shape {
    STAGE1(128, 56), STAGE2(256, 28), STAGE3(512, 14), STAGE4(1024, 7);

    private final int channels;
    private final int side;

    Shape(int channels, int side) {
      this.channels = channels;
      this.side = side;
    }
  }

  enum Kind { DENSE, GROUPED }

  private static final WorkspaceConfiguration SCRATCH = WorkspaceConfiguration.builder().initialSize(0).build();
  private static final int GROUPS = 32;

  private final Layer layer;
  private final INDArray input;
  private final INDArray epsilon;

  ConvolutionStep(Shape shape, Kind kind, int batch) {
    LayerHelpers.enable();
    ConvolutionLayer.Builder convolution = kind == Kind.DENSE
        ? new ConvolutionLayer.Builder(3, 3)
        : new GroupedConvolution.Builder(GROUPS, 3, 3);
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().graphBuilder().addInputs("input")
        .setInputTypes(InputType.convolutional(shape.side, shape.side, shape.channels))
        .addLayer("conv", convolution.nOut(shape.channels).padding(1, 1).hasBias(false).activation(Activation.IDENTITY)
            .build(), "input")
        .addLayer("output", new LossLayer.Builder(new LossMSE()).build(), "conv")
        .setOutputs("output").build());
    net.init();
    net.initGradientsView();
    layer = net.getLayer("conv");
    input = Nd4j.randn(DataType.FLOAT, batch, shape.channels, shape.side, shape.side);
    epsilon = Nd4j.randn(DataType.FLOAT, batch, shape.channels, shape.side, shape.side);
  }

  void forward() {
    inScratch(() -> activate().close());
  }

  void forwardAndBackward() {
    inScratch(() -> {
      activate().close();
      layer.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces()).getSecond().close();
    });
  }

  /** As in training: what a layer needs in between comes from a workspace. */
  private static void inScratch(Runnable step) {
    MemoryWorkspace scratch = Nd4j.getWorkspaceManager().getAndActivateWorkspace(SCRATCH, "CONVOLUTION_STEP");
    try (scratch) {
      step.run();
    }
  }

  private INDArray activate() {
    layer.setInput(input, LayerWorkspaceMgr.noWorkspaces());
    return layer.activate(true, LayerWorkspaceMgr.noWorkspaces());
  }
}
