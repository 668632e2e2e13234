package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Grad-CAM (arXiv 1610.02391): where in an image the evidence for a class lies. The gradient of the class's logit with
 * respect to a spatial activation is averaged over the pixels, which gives each channel a weight; the map is the ReLU
 * of the weighted sum of the channels, divided by its largest value.
 *
 * <p>Everything is computed in inference mode: norms by their running statistics, dropout off, frozen layers as any
 * others. The graph stays as it is; a copy of its last layers, parameters included, computes the gradient, so a graph
 * that is trained further needs a new one of these. One thread at a time.
 */
public final class GradCam {
  private final ComputationGraph graph;
  private final GraphOrder order;
  private final String vertex;
  private final int leastSide;
  private GraphEnd end;
  private long[] endOf;

  private GradCam(ComputationGraph graph, String vertex, int leastSide) {
    this.graph = graph;
    this.order = GraphOrder.of(graph);
    this.vertex = vertex;
    this.leastSide = leastSide;
  }

  /**
   * At the last activation that has more than one pixel, before any pooling that follows: what the authors advise,
   * since it is the one that sees objects rather than textures.
   */
  public static GradCam of(ComputationGraph graph) {
    return new GradCam(graph, null, 1);
  }

  /**
   * At the last activation of at least so many pixels a side, or else as {@link #of(ComputationGraph)}: a net that gets
   * images smaller than it was made for ends in so few pixels that they show nothing.
   */
  public static GradCam of(ComputationGraph graph, int leastSide) {
    return new GradCam(graph, null, leastSide);
  }

  /**
   * At a vertex of one's choice: earlier ones have finer maps of simpler things.
   *
   * @throws IllegalArgumentException if there is no such vertex, or a path from input to output goes past it
   */
  public static GradCam at(ComputationGraph graph, String vertex) {
    GradCam cam = new GradCam(graph, vertex, 1);
    if (!cam.order.bottlenecks().contains(vertex)) {
      throw new IllegalArgumentException("Expected a vertex through which every path to the output leads, found \""
          + vertex + "\"; there are " + cam.order.bottlenecks() + ".");
    }
    return cam;
  }

  /**
   * The map of one class.
   *
   * @param image the network's input, one image, [1, C, H, W] or [1, H, W, C]
   * @param label of the class
   * @return [height][width] of the activation, 0 to 1; all 0 where nothing speaks for the class
   * @throws IllegalArgumentException if the input isn't one image, the graph has no such class, or no activation has
   *     more than one pixel
   */
  public float[][] map(INDArray image, int label) {
    return maps(image, label).get(0);
  }

  /** The maps of several classes, for little more time than that of one: as {@link #map}. */
  public List<float[][]> maps(INDArray image, int... labels) {
    if (image.rank() != 4 || image.size(0) != 1) {
      throw new IllegalArgumentException("Expected one image, [1, C, H, W] or [1, H, W, C], found "
          + Arrays.toString(image.shape()) + ".");
    }
    INDArray input = image.castTo(graph.getConfiguration().getDataType());
    if (end == null || !Arrays.equals(endOf, image.shape())) {
      end = GraphEnd.of(graph, order, vertex != null ? vertex : lastSpatial(input));
      endOf = image.shape();
    }
    INDArray activation = activations(input, end.vertex()).get(end.vertex());
    boolean channelsLast = order.format(end.vertex()) == CNN2DFormat.NHWC;
    int[] pixels = channelsLast ? new int[] {1, 2} : new int[] {2, 3};
    List<float[][]> maps = new ArrayList<>();
    for (INDArray gradient : end.gradients(activation, labels)) {
      INDArray weights = gradient.mean(true, pixels);
      INDArray sum = activation.mul(weights).sum(channelsLast ? 3 : 1);
      maps.add(normalized(sum.reshape(sum.size(1), sum.size(2)).toFloatMatrix()));
    }
    return maps;
  }

  /**
   * The image with the map over it, of the image's size, the map enlarged bilinearly.
   *
   * @param map as {@link #map} gives it
   * @param image what the network saw: resized and cropped as its input was
   */
  public static BufferedImage overlay(float[][] map, BufferedImage image) {
    return HeatOverlay.draw(map, image);
  }

  private String lastSpatial(INDArray input) {
    List<String> candidates = order.bottlenecks().stream().filter(name -> !order.passesOn(name)).toList();
    Map<String, INDArray> activations = activations(input, order.bottlenecks().get(order.bottlenecks().size() - 1));
    String found = null;
    for (int i = candidates.size() - 1; i >= 0; i--) {
      long[] shape = activations.get(candidates.get(i)).shape();
      if (shape.length == 4) {
        boolean channelsLast = order.format(candidates.get(i)) == CNN2DFormat.NHWC;
        long height = shape[channelsLast ? 1 : 2];
        long width = shape[channelsLast ? 2 : 3];
        found = found == null && height * width > 1 ? candidates.get(i) : found;
        if (height * width > 1 && Math.min(height, width) >= leastSide) {
          return candidates.get(i);
        }
      }
    }
    if (found != null) {
      return found;
    }
    throw new IllegalArgumentException("Expected a network with an activation of more than one pixel for an input of "
        + Arrays.toString(input.shape()) + ", found none.");
  }

  /** The activations up to a vertex. Of those before it some may hold what a later layer made of them in place. */
  private Map<String, INDArray> activations(INDArray input, String last) {
    int position = 0;
    while (!graph.getVertices()[graph.topologicalSortOrder()[position]].getVertexName().equals(last)) {
      position++;
    }
    // A copy, since a layer that computes in place may be the first one.
    Map<String, INDArray> activations = graph.feedForward(new INDArray[] {input.dup()}, position, false, true);
    for (GraphVertex behind : graph.getVertices()) {
      behind.clear();
    }
    graph.clear();
    return activations;
  }

  private static float[][] normalized(float[][] sums) {
    float largest = 0;
    for (float[] row : sums) {
      for (float value : row) {
        largest = Math.max(largest, value);
      }
    }
    for (float[] row : sums) {
      for (int x = 0; x < row.length; x++) {
        row[x] = largest == 0 ? 0 : Math.max(0, row[x]) / largest;
      }
    }
    return sums;
  }
}
