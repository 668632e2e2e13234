package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.graph.HandModel.weight;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.Dropout;
import org.resnet4j.modelimport.model.Operation.GlobalPool;
import org.resnet4j.modelimport.model.Operation.Pooling;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.modelimport.model.Shape;

class DropoutTest {
  /** Dropping half of so many images' 8 channels, the coarsest kind, moves the mean by 1/sqrt(8 * 2000) = 0.8 %. */
  private static final int IMAGES = 2000;

  private static HandModel model(Dropout.Kind kind) {
    return new HandModel().input("x", 6, 6, 8)
        .node("first", new Dense(8, true, Plain.SIGMOID, Regularization.NONE, Regularization.NONE), Shape.of(6, 6, 8),
            List.of(weight("kernel", 8, 8), weight("bias", 8)), "x")
        .node("dropout", new Dropout(kind, 0.5, DataFormat.CHANNELS_LAST), Shape.of(6, 6, 8), "first")
        .node("pool", new GlobalPool(Pooling.AVERAGE, DataFormat.CHANNELS_LAST, false), Shape.of(8), "dropout")
        .node("out", new Dense(2, true, new Softmax(1, false), Regularization.NONE, Regularization.NONE), Shape.of(2),
            List.of(weight("kernel", 8, 2), weight("bias", 2)), "pool");
  }

  @ParameterizedTest
  @EnumSource(Dropout.Kind.class)
  void isRandomInTrainingOnlyAndLeavesItsInputAlone(Dropout.Kind kind) {
    Nd4j.getRandom().setSeed(1);
    ComputationGraph net = model(kind).build(DataType.FLOAT, "out").graph();
    INDArray x = Nd4j.rand(DataType.FLOAT, IMAGES, 6, 6, 8);
    Map<String, INDArray> inference = net.feedForward(x, false);
    assertEquals(inference.get("first"), inference.get("dropout"));
    Map<String, INDArray> training = net.feedForward(x, true);
    assertEquals(inference.get("first"), training.get("first"));
    assertNotEquals(training.get("first"), training.get("dropout"));
    double mean = training.get("first").meanNumber().doubleValue();
    if (kind != Dropout.Kind.ALPHA) {
      assertEquals(mean, training.get("dropout").meanNumber().doubleValue(), 0.05 * mean, "the mean is kept");
    }
    if (kind == Dropout.Kind.SPATIAL) {
      INDArray dropped = training.get("dropout").eq(0).castTo(DataType.FLOAT).sum(1, 2);
      assertEquals(0, dropped.mul(dropped.rsub(36)).amaxNumber().doubleValue(), "whole channels or none");
      assertTrue(dropped.maxNumber().doubleValue() == 36);
    }
    net.fit(new DataSet(x, Nd4j.ones(DataType.FLOAT, IMAGES, 2).divi(2)));
    assertEquals(net.getConfiguration(), ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson()));
  }

  @ParameterizedTest
  @EnumSource(Dropout.Kind.class)
  void doesNothingWhenCalledForInference(Dropout.Kind kind) {
    ComputationGraph net = new HandModel().callForInference("dropout").input("x", 4).node("dropout",
        new Dropout(kind, 0.5, DataFormat.CHANNELS_LAST), Shape.of(4), "x").build(DataType.FLOAT, "dropout").graph();
    INDArray x = Nd4j.rand(DataType.FLOAT, 3, 4);
    assertEquals(x, net.feedForward(x, true).get("dropout_features"));
  }
}
