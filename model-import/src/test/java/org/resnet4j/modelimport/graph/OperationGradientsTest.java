package org.resnet4j.modelimport.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.resnet4j.modelimport.graph.HandModel.norm;
import static org.resnet4j.modelimport.graph.HandModel.weight;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.model.Activation.Elu;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Relu;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.*;
import org.resnet4j.modelimport.model.Regularization;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.modelimport.model.Weight;

/** Each operation between a convolution and a dense softmax, in training, against central differences. */
class OperationGradientsTest {
  private static final Regularization NONE = Regularization.NONE;
  private static final int H = 5;
  private static final int W = 4;
  private static final int C = 2;

  private record Case(Operation operation, Shape output, List<Weight> weights, int inputs) {
    Case(Operation operation, Shape output, Weight... weights) {
      this(operation, output, List.of(weights), 1);
    }
  }

  private static Shape image(DataFormat format, int height, int width, int channels) {
    return format == DataFormat.CHANNELS_LAST ? Shape.of(height, width, channels) : Shape.of(channels, height, width);
  }

  private static Window window(DataFormat format, int height, int width, int stride, Padding padding) {
    return new Window(new Pair(height, width), new Pair(stride, stride), Pair.ONE, padding, format);
  }

  @TestFactory
  Stream<DynamicTest> gradientsAreRight() {
    Map<String, Case> cases = new LinkedHashMap<>();
    for (DataFormat format : DataFormat.values()) {
      String in = format == DataFormat.CHANNELS_LAST ? " last" : " first";
      Shape same = image(format, H, W, C);
      int channels = format == DataFormat.CHANNELS_LAST ? 3 : 1;
      cases.put("convolution" + in, new Case(new Convolution(3, window(format, 2, 3, 2, Padding.SAME), 1, true,
          Plain.SWISH, NONE, NONE), image(format, 3, 2, 3), weight("kernel", 2, 3, C, 3), weight("bias", 3)));
      cases.put("dilated" + in, new Case(new Convolution(3, new Window(new Pair(2, 2), Pair.ONE, new Pair(2, 2),
          Padding.SAME, format), 1, false, Plain.TANH, NONE, NONE), image(format, H, W, 3),
          weight("kernel", 2, 2, C, 3)));
      cases.put("grouped" + in, new Case(new Convolution(4, window(format, 3, 3, 1, Padding.VALID), 2, true,
          new Elu(0.7), NONE, NONE), image(format, 3, 2, 4), weight("kernel", 3, 3, 1, 4), weight("bias", 4)));
      cases.put("softmax behind" + in, new Case(new Convolution(3, window(format, 1, 1, 3, Padding.SAME), 1, true,
          new Softmax(channels, false), NONE, NONE), image(format, 2, 2, 3), weight("kernel", 1, 1, C, 3),
          weight("bias", 3)));
      cases.put("depthwise" + in, new Case(new DepthwiseConvolution(2, window(format, 3, 2, 1, Padding.SAME), true,
          Plain.LINEAR, NONE, NONE), image(format, H, W, 4), weight("kernel", 3, 2, C, 2), weight("bias", 4)));
      cases.put("separable" + in, new Case(new SeparableConvolution(3, 2, window(format, 2, 2, 2, Padding.VALID),
          true, Plain.MISH, NONE, NONE, NONE), image(format, 2, 2, 3), weight("depthwise", 2, 2, C, 2),
          weight("pointwise", 1, 1, 4, 3), weight("bias", 3)));
      for (Pooling kind : Pooling.values()) {
        cases.put(kind + in, new Case(new Pool(kind, new Pair(3, 2), new Pair(2, 1), Padding.SAME, format),
            image(format, 3, W, C)));
        cases.put(kind + " valid" + in, new Case(new Pool(kind, new Pair(2, 2), new Pair(2, 2), Padding.VALID,
            format), image(format, 2, 2, C)));
        cases.put("global " + kind + in, new Case(new GlobalPool(kind, format, true), image(format, 1, 1, C)));
      }
      cases.put("padding" + in, new Case(new ZeroPadding(new Border(1, 2, 0, 3), format),
          image(format, H + 3, W + 3, C)));
      cases.put("cropping" + in, new Case(new Cropping(new Border(1, 2, 0, 3), format),
          image(format, 2, 1, C)));
      cases.put("up" + in, new Case(new UpSampling(new Pair(2, 3), Interpolation.BILINEAR, format),
          image(format, 2 * H, 3 * W, C)));
      for (Interpolation kind : Interpolation.values()) {
        cases.put("resize " + kind + in, new Case(new Resize(new Pair(3, 7), kind, format), image(format, 3, 7, C)));
      }
      cases.put("subsample" + in, new Case(new Subsample(new Pair(2, 2), format), image(format, 3, 2, C)));
      cases.put("flatten" + in, new Case(new Flatten(format), Shape.of(H * W * C)));
      cases.put("select" + in, new Case(new Select(channels, List.of(1, 0, 1)), image(format, H, W, 3)));
      for (int axis = 1; axis <= 3; axis++) {
        cases.put("norm " + axis + in, new Case(new BatchNormalization(axis, 0.9, 1e-3, true, true), same,
            norm(same.size(axis)), 1));
        cases.put("concatenate " + axis + in, new Case(new Concatenate(axis), concatenated(same, axis), List.of(), 2));
      }
    }
    Shape same = Shape.of(H, W, C);
    cases.put("norm without scale", new Case(new BatchNormalization(3, 0.9, 1e-3, true, false), same,
        norm(C).subList(1, 4), 1));
    cases.put("norm without both", new Case(new BatchNormalization(3, 0.9, 1e-3, false, false), same,
        norm(C).subList(2, 4), 1));
    for (Merge.Kind kind : Merge.Kind.values()) {
      cases.put("merge " + kind, new Case(new Merge(kind), same, List.of(), 2));
      cases.put("gate " + kind, new Case(new Merge(kind), same, List.of(), 1));
    }
    cases.put("three", new Case(new Merge(Merge.Kind.MULTIPLY), same, List.of(), 3));
    cases.put("prelu", new Case(new PRelu(List.of(1, 2)), same, weight("alpha", 1, 1, C)));
    cases.put("relu", new Case(new Activate(new Relu(0.6, 0.2, 0.1)), same));
    cases.put("softmax", new Case(new Activate(new Softmax(2, false)), same));
    cases.put("log softmax", new Case(new Activate(new Softmax(3, true)), same));
    cases.put("permute", new Case(new Permute(List.of(3, 1, 2)), Shape.of(C, H, W)));
    cases.put("reshape", new Case(new Reshape(Shape.of(-1, C)), Shape.of(H * W, C)));
    cases.put("affine", new Case(new Affine(new Constant(List.of(2f, -0.5f), Shape.of(C)), Constant.scalar(1)), same));
    cases.put("normalize", new Case(new Normalize(List.of(3), false), same, weight("mean", C),
        weight("moving_variance", C), weight("count")));
    cases.put("dense on images", new Case(new Dense(3, true, Plain.GELU, NONE, NONE), Shape.of(H, W, 3),
        weight("kernel", C, 3), weight("bias", 3)));
    cases.put("identity", new Case(new Identity(), same));
    return cases.entrySet().stream().map(entry -> dynamicTest(entry.getKey(), () -> check(entry.getKey(),
        entry.getValue())));
  }

  private static Shape concatenated(Shape shape, int axis) {
    Integer[] sizes = shape.sizes().toArray(Integer[]::new);
    sizes[axis - 1] *= 2;
    return Shape.of(sizes);
  }

  private static void check(String name, Case tried) {
    DataFormat format = name.endsWith("first") ? DataFormat.CHANNELS_FIRST : DataFormat.CHANNELS_LAST;
    Shape image = image(format, H, W, C);
    HandModel model = new HandModel().input("x", image.sizes().toArray(Integer[]::new));
    // A divisor must stay away from 0.
    Plain activation = name.contains("DIVIDE") ? Plain.EXPONENTIAL : Plain.TANH;
    String[] inputs = new String[name.startsWith("gate") ? 2 : tried.inputs];
    for (int i = 0; i < tried.inputs; i++) {
      inputs[i] = "before" + i;
      model.node(inputs[i], new Convolution(C, window(format, 1, 1, 1, Padding.VALID), 1, true, activation, NONE,
          NONE), image, List.of(weight("kernel", 1, 1, C, C), weight("bias", C)), "x");
    }
    if (name.startsWith("gate")) {
      model.node("gate", new GlobalPool(Pooling.AVERAGE, format, true), image(format, 1, 1, C), inputs[0]);
      inputs[1] = "gate";
    }
    int values = tried.output.sizes().stream().reduce(1, (a, b) -> a * b);
    ComputationGraph net = model.node("tried", tried.operation, tried.output, tried.weights, inputs)
        .node("flat", new Flatten(DataFormat.CHANNELS_LAST), Shape.of(values), "tried")
        .node("out", new Dense(2, true, new Softmax(1, false), NONE, NONE), Shape.of(2),
            List.of(weight("kernel", values, 2), weight("bias", 2)), "flat")
        .build(DataType.DOUBLE, "out").graph();
    // Small weights behind: the loss' logarithm is cut off where a class is next to impossible.
    net.getParam("out_W").muli(0.1);
    Nd4j.getRandom().setSeed(5);
    long[] shape = format == DataFormat.CHANNELS_LAST ? new long[] {3, H, W, C} : new long[] {3, C, H, W};
    INDArray x = Nd4j.randn(DataType.DOUBLE, shape);
    INDArray labels = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {1, 0}});
    Gradients.assertRight(net, x, labels, 2);
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson());
    assertEquals(net.getConfiguration(), read);
    ComputationGraph again = new ComputationGraph(read);
    again.init(net.params(), true);
    assertEquals(net.outputSingle(x), again.outputSingle(x));
  }
}
