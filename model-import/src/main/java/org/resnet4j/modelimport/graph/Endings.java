package org.resnet4j.modelimport.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.resnet4j.modelimport.model.Activation;
import org.resnet4j.modelimport.model.Activation.Plain;
import org.resnet4j.modelimport.model.Activation.Softmax;
import org.resnet4j.modelimport.model.Compilation.Loss;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Activate;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Shape;
import org.resnet4j.zoo.layer.FeatureOutput;
import org.resnet4j.zoo.layer.PixelLoss;

/** How a net ends: in a layer with a loss where the model is one to be trained on, else in features. */
final class Endings {
  private final Optional<Loss> compiled;
  private final List<String> notes;
  private final BiConsumer<Step, Operation> builder;

  /** @param builder makes a node's vertices as anywhere else */
  Endings(Optional<Loss> compiled, List<String> notes, BiConsumer<Step, Operation> builder) {
    this.compiled = compiled;
    this.notes = notes;
    this.builder = builder;
  }

  /** Makes the last node's vertices; the last of them is the net's output and has the node's name. */
  void end(Step step) {
    Operation operation = step.node().operation();
    int rank = step.node().shape().rank();
    if (operation instanceof Dense dense && rank == 1) {
      endDense(step, dense);
    } else if (operation instanceof Activate activate
        && takesLoss(activate.activation(), rank, formatOf(activate, rank))) {
      addLoss(step, step.name(), step.input(), onFeatures(activate.activation()), formatOf(activate, rank));
    } else if (operation instanceof Convolution convolution && takesLoss(convolution.activation(), rank,
        Step.layout(convolution.window().format()))) {
      Step linear = named(step, "linear");
      builder.accept(linear, new Convolution(convolution.filters(), convolution.window(), convolution.groups(),
          convolution.bias(), Plain.LINEAR, convolution.kernelRegularization(), convolution.biasRegularization()));
      addLoss(step, step.name(), linear.name(), onFeatures(convolution.activation()),
          Step.layout(convolution.window().format()));
    } else if (compiled.isPresent() && (rank == 1 || rank == 3)) {
      Step value = named(step, "value");
      builder.accept(value, operation);
      addLoss(step, step.name(), value.name(), new ActivationIdentity(), CNN2DFormat.NHWC);
    } else {
      Step features = named(step, "features");
      builder.accept(features, operation);
      addFeatures(step, features.name(), step.name());
    }
  }

  private static Step named(Step step, String suffix) {
    return new Step(step.draft(), step.node(), step.layer(), step.inputs(), step.shapes(), step.part(suffix));
  }

  /** A softmax belongs to the loss only where it runs along the features, which a loss layer has in its rows. */
  private boolean takesLoss(Activation activation, int rank, CNN2DFormat format) {
    if (rank != 1 && rank != 3) {
      return false;
    }
    if (activation instanceof Softmax softmax) {
      int features = rank == 3 && format == CNN2DFormat.NCHW ? 1 : rank;
      return softmax.axis() == features && (compiled.isPresent() || softmax.axis() == rank && !softmax.logarithm());
    }
    return compiled.isPresent() || activation == Plain.SIGMOID;
  }

  /** The activation of rows [N, features]. */
  private static IActivation onFeatures(Activation activation) {
    return Activations.of(activation instanceof Softmax softmax ? new Softmax(1, softmax.logarithm()) : activation, 1);
  }

  private static CNN2DFormat formatOf(Activate activate, int rank) {
    return rank == 3 && activate.activation() instanceof Softmax softmax && softmax.axis() == 1
        ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
  }

  private void endDense(Step step, Dense dense) {
    IActivation activation = Activations.of(dense.activation(), 1);
    if (!step.node().trainable()) {
      // DL4J can't freeze an output layer.
      Step linear = named(step, "linear");
      builder.accept(linear, new Dense(dense.units(), dense.bias(), Plain.LINEAR, dense.kernelRegularization(),
          dense.biasRegularization()));
      addLoss(step, step.name(), linear.name(), activation, CNN2DFormat.NHWC);
      return;
    }
    OutputLayer layer = new OutputLayer.Builder(loss(activation, dense.units())).nIn(step.weight(0, 0))
        .nOut(dense.units()).hasBias(dense.bias()).activation(activation).build();
    step.draft().output(step.node(), step.name(), layer, step.input());
    step.draft().penalise(step.name(), dense.kernelRegularization(), dense.biasRegularization());
    step.draft().place(step.name(), "W", step.node(), 0, tensor -> tensor);
    if (dense.bias()) {
      step.draft().place(step.name(), "b", step.node(), 1, tensor -> tensor);
    }
  }

  private ILossFunction loss(IActivation activation, int outputs) {
    return compiled.map(loss -> Losses.of(loss, activation, outputs, notes))
        .orElseGet(() -> Losses.natural(activation, outputs));
  }

  private void addLoss(Step step, String name, String input, IActivation activation, CNN2DFormat format) {
    int features = features(step.node().shape(), format);
    ILossFunction loss = loss(activation, Math.max(features, 1));
    LossLayer layer;
    if (step.node().shape().rank() == 3) {
      layer = new PixelLoss(loss, activation, features, format);
    } else {
      layer = new LossLayer.Builder(loss).activation(activation).build();
      layer.setNIn(features);
      layer.setNOut(features);
    }
    step.draft().output(step.node(), name, layer, input);
  }

  /** A layer that gives its input, and asks for a head when trained. */
  void addFeatures(Step step, String input, String name) {
    Shape shape = step.node().shape();
    CNN2DFormat format = shape.rank() == 3 ? formatOf(step.node().operation()) : null;
    step.draft().output(step.node(), name, new FeatureOutput(features(shape, format), format), input);
  }

  private static CNN2DFormat formatOf(Operation operation) {
    return Formats.of(operation).filter(format -> format == DataFormat.CHANNELS_FIRST).isPresent()
        ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
  }

  private static int features(Shape shape, CNN2DFormat format) {
    int size = shape.rank() == 3 && format == CNN2DFormat.NCHW ? shape.size(1) : shape.size(shape.rank());
    return shape.rank() == 2 || size == Shape.UNKNOWN ? 0 : size;
  }
}
