package org.resnet4j.benchmarks;

import org.resnet4j.benchmarks.ConvolutionStep.Kind;
import org.resnet4j.benchmarks.ConvolutionStep.Shape;

/** Prints how many times as fast a grouped convolution is as the dense one of the same shape. */
public final class GroupedConvolutionRatios {
  private GroupedConvolutionRatios() {}

  /** @param arguments the batch size, 8 without */
  public static void main(String[] arguments) {
    int batch = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
    System.out.printf("Batch %d, 32 groups, milliseconds dense / grouped%n", batch);
    for (Shape shape : Shape.values()) {
      ConvolutionStep dense = new ConvolutionStep(shape, Kind.DENSE, batch);
      ConvolutionStep grouped = new ConvolutionStep(shape, Kind.GROUPED, batch);
      print(shape, "forward", Contest.run(dense::forward, grouped::forward, 5, 25));
      print(shape, "forward and backward",
          Contest.run(dense::forwardAndBackward, grouped::forwardAndBackward, 5, 25));
    }
  }

  private static void print(Shape shape, String pass, Contest.Result result) {
    System.out.printf("%s %-21s %7.2f / %7.2f  %.2f times as fast%n", shape, pass, result.first() * 1e3,
        result.second() * 1e3, result.ratio());
  }
}
