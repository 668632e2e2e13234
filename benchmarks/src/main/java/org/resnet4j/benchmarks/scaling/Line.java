package org.resnet4j.benchmarks.scaling;

import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/** Seconds over images: the straight line of least squares, through the origin if there is one point. */
record Line(double start, double slope) {
  static Line through(List<Measured.Step> points) {
    long different = points.stream().mapToInt(Measured.Step::images).distinct().count();
    SimpleRegression regression = new SimpleRegression(different > 1);
    points.forEach(point -> regression.addData(point.images(), point.seconds()));
    return regression.hasIntercept() ? new Line(regression.getIntercept(), regression.getSlope())
        : new Line(0, points.stream().mapToDouble(point -> point.seconds() / point.images()).average().orElseThrow());
  }

  double at(int images) {
    return start + slope * images;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.4f s + %.5f s an image", start, slope);
  }
}
