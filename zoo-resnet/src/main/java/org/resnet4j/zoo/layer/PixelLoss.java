package org.resnet4j.zoo.layer;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss on each pixel's channels, and its mean over the pixels; labels have the images' layout and size. DL4J's
 * {@code CnnLossLayer} sums over the pixels, and takes NHWC images for NCHW when it computes the score.
 */
public class PixelLoss extends ShapedLoss {
  private static final long serialVersionUID = 1;

  protected PixelLoss() {}

  public PixelLoss(ILossFunction loss, IActivation activation, long channels, CNN2DFormat format) {
    super(channels, format);
    setLossFn(loss);
    setActivationFn(activation);
  }

  @Override
  public Layer instantiate(NeuralNetConfiguration conf, Collection<TrainingListener> listeners, int index,
      INDArray paramsView, boolean initializeParams, DataType dataType) {
    return Parameters.give(new PerPixel(conf, dataType), listeners, index, paramsView, initializeParams);
  }

  private static final class PerPixel extends org.deeplearning4j.nn.layers.LossLayer {
    private static final long serialVersionUID = 1;

    PerPixel(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    private boolean channelsFirst() {
      return ((PixelLoss) conf.getLayer()).getFormat() == CNN2DFormat.NCHW;
    }

    /** [pixels of all images, channels], a copy. */
    private INDArray rows(INDArray images) {
      INDArray last = (channelsFirst() ? images.permute(0, 2, 3, 1) : images).dup('c');
      return last.reshape('c', last.length() / last.size(3), last.size(3));
    }

    private INDArray images(INDArray rows) {
      long[] shape = input.shape();
      return channelsFirst()
          ? rows.dup('c').reshape('c', shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
          : rows.dup('c').reshape('c', shape);
    }

    private long pixels(INDArray rows) {
      return rows.size(0) / input.size(0);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      INDArray output = layerConf().getActivationFn().getActivation(rows(input), training);
      return workspaces.dup(ArrayType.ACTIVATIONS, images(output), 'c');
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
      checkLabels();
      INDArray rows = rows(input);
      INDArray gradient = layerConf().getLossFn()
          .computeGradient(rows(labels), rows, layerConf().getActivationFn(), null).div(pixels(rows));
      return new Pair<>(new DefaultGradient(), workspaces.dup(ArrayType.ACTIVATION_GRAD, images(gradient), 'c'));
    }

    @Override
    public double computeScore(double regularization, boolean training, LayerWorkspaceMgr workspaces) {
      checkLabels();
      INDArray rows = rows(input);
      score = layerConf().getLossFn().computeScore(rows(labels), rows, layerConf().getActivationFn(), null, false)
          / rows.size(0) + regularization;
      return score;
    }

    @Override
    public INDArray computeScoreForExamples(double regularization, LayerWorkspaceMgr workspaces) {
      checkLabels();
      INDArray rows = rows(input);
      INDArray scores = layerConf().getLossFn()
          .computeScoreArray(rows(labels), rows, layerConf().getActivationFn(), null)
          .reshape(input.size(0), pixels(rows)).mean(true, 1).addi(regularization);
      return workspaces.dup(ArrayType.ACTIVATIONS, scores);
    }

    private void checkLabels() {
      if (maskArray != null) {
        throw new UnsupportedOperationException("Labels of pixels can't be masked " + layerId());
      }
      if (labels == null || !labels.equalShapes(input)) {
        throw new IllegalStateException("Expected labels of the output's shape %s, found %s %s".formatted(
            java.util.Arrays.toString(input.shape()),
            labels == null ? "none" : java.util.Arrays.toString(labels.shape()), layerId()));
      }
    }
  }
}
