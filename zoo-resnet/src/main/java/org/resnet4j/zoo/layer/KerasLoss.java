package org.resnet4j.zoo.layer;

import java.util.Objects;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras' losses as {@code keras.losses} defines them, where DL4J's differ: means over the outputs instead of sums,
 * outputs that are logits, label smoothing. Labels and outputs are [N, outputs]; labels of classes are one-hot.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY, getterVisibility = JsonAutoDetect.Visibility.NONE)
public class KerasLoss implements ILossFunction {
  private static final long serialVersionUID = 1;
  private static final double EPSILON = 1e-7;

  /** Which loss; the sum runs over an example's outputs. */
  public enum Function {
    /** -sum(t * log(y / sum(y))). */
    CATEGORICAL_CROSSENTROPY,
    /** -mean(t * log(y) + (1 - t) * log(1 - y)). */
    BINARY_CROSSENTROPY,
    MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, MEAN_ABSOLUTE_PERCENTAGE_ERROR, MEAN_SQUARED_LOGARITHMIC_ERROR,
    /** sum(t * log(t / y)). */
    KL_DIVERGENCE,
    /** mean(y - t * log(y)). */
    POISSON,
    /** mean(max(1 - t * y, 0)) with labels -1 and 1; 0 counts as -1. */
    HINGE,
    SQUARED_HINGE,
    /** Less the cosine of the angle between t and y. */
    COSINE_SIMILARITY
  }

  private final Function function;
  private final boolean logits;
  private final double labelSmoothing;

  /** @param logits whether the net's output is taken before softmax or sigmoid */
  public KerasLoss(@JsonProperty("function") Function function, @JsonProperty("logits") boolean logits,
      @JsonProperty("labelSmoothing") double labelSmoothing) {
    this.function = function;
    this.logits = logits;
    this.labelSmoothing = labelSmoothing;
  }

  public Function function() {
    return function;
  }

  public boolean isLogits() {
    return logits;
  }

  public double labelSmoothing() {
    return labelSmoothing;
  }

  /** Loss [N, 1] and its gradient [N, outputs] by what comes before the activation. */
  private record Result(INDArray loss, INDArray gradient) {}

  private Result compute(INDArray givenLabels, INDArray preOutput, IActivation activation, INDArray mask) {
    INDArray labels = smooth(givenLabels.castTo(preOutput.dataType()));
    Result result;
    if (function == Function.CATEGORICAL_CROSSENTROPY && (logits || activation instanceof ActivationSoftmax)) {
      INDArray shifted = preOutput.sub(preOutput.max(true, 1));
      INDArray logs = shifted.sub(Transforms.log(Transforms.exp(shifted, true).sum(true, 1), false));
      result = new Result(labels.mul(logs).sum(true, 1).negi(),
          Transforms.exp(logs, true).mul(labels.sum(true, 1)).subi(labels));
    } else if (function == Function.BINARY_CROSSENTROPY && (logits || activation instanceof ActivationSigmoid)) {
      INDArray z = preOutput;
      INDArray log = Transforms.log(Transforms.exp(Transforms.abs(z, true).negi(), false).addi(1), false);
      result = new Result(Transforms.max(z, 0, true).subi(z.mul(labels)).addi(log).mean(true, 1),
          Transforms.sigmoid(z, true).subi(labels).divi(z.size(1)));
    } else {
      INDArray output = activation.getActivation(preOutput.dup('c'), true);
      Result byOutput = byOutput(labels, output);
      result = new Result(byOutput.loss, activation.backprop(preOutput.dup('c'), byOutput.gradient).getFirst());
    }
    return mask == null ? result : new Result(result.loss.mul(mask.reshape(mask.length(), 1)),
        result.gradient.mul(mask.reshape(mask.length(), 1)));
  }

  private INDArray smooth(INDArray labels) {
    if (labelSmoothing == 0) {
      return labels;
    }
    double share = function == Function.BINARY_CROSSENTROPY ? 0.5 : 1.0 / labels.size(1);
    return labels.mul(1 - labelSmoothing).addi(labelSmoothing * share);
  }

  private Result byOutput(INDArray t, INDArray y) {
    long n = y.size(1);
    return switch (function) {
      case CATEGORICAL_CROSSENTROPY -> {
        INDArray sum = y.sum(true, 1);
        INDArray p = clip(y.div(sum), EPSILON, 1 - EPSILON);
        INDArray inner = inside(y.div(sum), EPSILON, 1 - EPSILON).muli(t).divi(p);
        yield new Result(t.mul(Transforms.log(p, true)).sum(true, 1).negi(),
            inner.mul(y).sum(true, 1).div(sum).sub(inner).divi(sum));
      }
      case BINARY_CROSSENTROPY -> {
        INDArray p = clip(y, EPSILON, 1 - EPSILON);
        INDArray loss = t.mul(Transforms.log(p, true)).addi(t.rsub(1).muli(Transforms.log(p.rsub(1), false)));
        INDArray slope = p.sub(t).divi(p.mul(p.rsub(1))).muli(inside(y, EPSILON, 1 - EPSILON)).divi(n);
        yield new Result(loss.mean(true, 1).negi(), slope);
      }
      case MEAN_SQUARED_ERROR -> {
        INDArray d = y.sub(t);
        yield new Result(d.mul(d).mean(true, 1), d.mul(2.0 / n));
      }
      case MEAN_ABSOLUTE_ERROR -> {
        INDArray d = y.sub(t);
        yield new Result(Transforms.abs(d, true).mean(true, 1), Transforms.sign(d, true).divi(n));
      }
      case MEAN_ABSOLUTE_PERCENTAGE_ERROR -> {
        INDArray base = Transforms.max(Transforms.abs(t, true), EPSILON, false);
        INDArray d = y.sub(t);
        yield new Result(Transforms.abs(d, true).divi(base).mean(true, 1).muli(100),
            Transforms.sign(d, true).divi(base).muli(100.0 / n));
      }
      case MEAN_SQUARED_LOGARITHMIC_ERROR -> {
        INDArray inner = Transforms.max(y, EPSILON, true).addi(1);
        INDArray d = Transforms.log(inner, true)
            .subi(Transforms.log(Transforms.max(t, EPSILON, true).addi(1), false));
        yield new Result(d.mul(d).mean(true, 1),
            d.mul(2.0 / n).divi(inner).muli(y.gt(EPSILON).castTo(y.dataType())));
      }
      case KL_DIVERGENCE -> {
        INDArray truth = clip(t, EPSILON, 1);
        INDArray p = clip(y, EPSILON, 1);
        yield new Result(truth.mul(Transforms.log(truth.div(p), false)).sum(true, 1),
            truth.div(p).negi().muli(inside(y, EPSILON, 1)));
      }
      case POISSON -> {
        INDArray shifted = y.add(EPSILON);
        yield new Result(y.sub(t.mul(Transforms.log(shifted, true))).mean(true, 1),
            t.div(shifted).rsubi(1).divi(n));
      }
      case HINGE, SQUARED_HINGE -> {
        // Keras' rule: labels of 0 and 1 only are meant as -1 and 1.
        boolean binary = t.mul(t.rsub(1)).amaxNumber().doubleValue() == 0;
        INDArray sign = binary ? t.mul(2).subi(1) : t;
        INDArray missing = Transforms.max(sign.mul(y).rsubi(1), 0, false);
        yield function == Function.HINGE
            ? new Result(missing.mean(true, 1), missing.gt(0).castTo(y.dataType()).muli(sign).divi(-n))
            : new Result(missing.mul(missing).mean(true, 1), missing.mul(sign).muli(-2.0 / n));
      }
      case COSINE_SIMILARITY -> {
        INDArray truth = t.div(norm(t));
        INDArray length = norm(y);
        INDArray direction = y.div(length);
        INDArray cosine = truth.mul(direction).sum(true, 1);
        yield new Result(cosine.neg(), direction.mul(cosine).sub(truth).div(length));
      }
    };
  }

  private static INDArray norm(INDArray x) {
    return Transforms.sqrt(Transforms.max(x.mul(x).sum(true, 1), 1e-12, false), false);
  }

  private static INDArray clip(INDArray x, double least, double most) {
    return Transforms.min(Transforms.max(x, least, true), most, false);
  }

  /** 1 where clipping changes nothing, else 0. */
  private static INDArray inside(INDArray x, double least, double most) {
    return x.gte(least).castTo(x.dataType()).muli(x.lte(most).castTo(x.dataType()));
  }

  @Override
  public double computeScore(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask,
      boolean average) {
    double sum = compute(labels, preOutput, activation, mask).loss.sumNumber().doubleValue();
    return average ? sum / preOutput.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return compute(labels, preOutput, activation, mask).loss;
  }

  @Override
  public INDArray computeGradient(INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return compute(labels, preOutput, activation, mask).gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(INDArray labels, INDArray preOutput, IActivation activation,
      INDArray mask, boolean average) {
    Result result = compute(labels, preOutput, activation, mask);
    double sum = result.loss.sumNumber().doubleValue();
    return new Pair<>(average ? sum / preOutput.size(0) : sum, result.gradient);
  }

  @Override
  public String name() {
    return toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KerasLoss that && function == that.function && logits == that.logits
        && labelSmoothing == that.labelSmoothing;
  }

  @Override
  public int hashCode() {
    return Objects.hash(function, logits, labelSmoothing);
  }

  @Override
  public String toString() {
    return "KerasLoss(%s, logits=%s, labelSmoothing=%s)".formatted(function, logits, labelSmoothing);
  }
}
