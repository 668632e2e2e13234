package org.resnet4j.zoo.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.zoo.layer.SmallGraphs.image;
import static org.resnet4j.zoo.layer.SmallGraphs.labels;
import static org.resnet4j.zoo.layer.SmallGraphs.normal;

import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

class ChannelsLastFlattenTest {
  private static ComputationGraph net(CNN2DFormat format) {
    ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder().seed(3).dataType(DataType.DOUBLE)
        .updater(new Sgd(0.1)).graphBuilder().addInputs("input").setInputTypes(image(4, 3, 2, format))
        .addLayer("conv", new ConvolutionLayer.Builder(1, 1).nOut(5).activation(Activation.TANH).build(), "input")
        .addLayer("output", new OutputLayer.Builder().nIn(60).nOut(3).activation(Activation.SOFTMAX).build(),
            new ChannelsLastFlatten(4, 3, 5, format), "conv")
        .setOutputs("output").build());
    net.init();
    return net;
  }

  @Test
  void bothLayoutsComputeAndTrainTheSame() {
    INDArray nchw = normal(DataType.DOUBLE, 3, 2, 4, 3);
    ComputationGraph first = net(CNN2DFormat.NCHW);
    ComputationGraph last = net(CNN2DFormat.NHWC);
    for (int step = 0; step < 3; step++) {
      SmallGraphs.assertClose(first.outputSingle(nchw), last.outputSingle(nchw.permute(0, 2, 3, 1).dup('c')), 1e-12);
      first.fit(new DataSet(nchw, labels(DataType.DOUBLE, 3)));
      last.fit(new DataSet(nchw.permute(0, 2, 3, 1).dup('c'), labels(DataType.DOUBLE, 3)));
    }
    SmallGraphs.assertClose(first.params(), last.params(), 1e-12);
  }

  @Test
  void channelsVaryFastest() {
    INDArray x = Nd4j.arange(2 * 2 * 4 * 3).castTo(DataType.FLOAT).reshape('c', 2, 2, 4, 3);
    ChannelsLastFlatten flatten = new ChannelsLastFlatten(4, 3, 2, CNN2DFormat.NCHW);
    INDArray flat = flatten.preProcess(x, 2, LayerWorkspaceMgr.noWorkspaces());
    assertEquals(x.getFloat(1, 0, 2, 1), flat.getFloat(1, (2 * 3 + 1) * 2));
    assertEquals(x.getFloat(1, 1, 2, 1), flat.getFloat(1, (2 * 3 + 1) * 2 + 1));
    assertEquals(x, flatten.backprop(flat, 2, LayerWorkspaceMgr.noWorkspaces()));
  }

  @Test
  void survivesJsonAndClone() {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      SmallGraphs.assertJsonRoundTrip(net(format));
      ChannelsLastFlatten flatten = new ChannelsLastFlatten(4, 3, 5, format);
      assertEquals(flatten, flatten.clone());
    }
  }

  @Test
  void anotherShapeIsRefused() {
    String message = assertThrows(DL4JInvalidInputException.class,
        () -> new ChannelsLastFlatten(4, 3, 2, CNN2DFormat.NCHW).preProcess(Nd4j.zeros(1, 4, 3, 2), 1,
            LayerWorkspaceMgr.noWorkspaces())).getMessage();
    assertTrue(message.contains("NCHW [2, 4, 3]") && message.contains("[1, 4, 3, 2]"), message);
    assertThrows(IllegalStateException.class,
        () -> new ChannelsLastFlatten(4, 3, 2, CNN2DFormat.NCHW).getOutputType(image(4, 3, 2, CNN2DFormat.NHWC)));
  }
}
