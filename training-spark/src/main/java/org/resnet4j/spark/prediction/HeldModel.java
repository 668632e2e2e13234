package org.resnet4j.spark.prediction;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Network;

/** The one compiled network of this process, which its tasks share; another job's closes it. */
final class HeldModel {
  private static HeldModel held;

  private final PredictionJob job;
  private final ComputationGraph graph;
  private final Network network;
  private int users;
  private boolean unwanted;

  private HeldModel(PredictionJob job) {
    this.job = job;
    graph = job.graph().open();
    network = job.computing().engine().open(graph, job.computing().options());
  }

  /** The job's; the caller calls {@link #giveBack}. */
  static HeldModel take(PredictionJob job) {
    synchronized (HeldModel.class) {
      if (held == null || !held.job.id().equals(job.id())) {
        drop();
        held = new HeldModel(job);
      }
      held.users++;
      return held;
    }
  }

  /** Nobody wants it any more. */
  static void drop() {
    synchronized (HeldModel.class) {
      if (held != null) {
        held.unwanted = true;
        held.closeUnused();
        held = null;
      }
    }
  }

  void giveBack() {
    synchronized (HeldModel.class) {
      users--;
      closeUnused();
    }
  }

  private void closeUnused() {
    if (unwanted && users == 0) {
      network.close();
      graph.close();
    }
  }

  /**
   * Computes a batch.
   *
   * @param pixels of one image after another
   * @param shape the batch's
   * @return of each output, a row an image
   */
  float[][][] output(float[] pixels, long[] shape) {
    try (INDArray images = Nd4j.create(pixels, shape, 'c')) {
      if (job.computing().engine() != Engine.DL4J) {
        return rows(images);
      }
      synchronized (this) { // DL4J's graphs are for one thread
        return rows(images);
      }
    }
  }

  private float[][][] rows(INDArray images) {
    INDArray[] outputs = network.outputs(images);
    float[][][] rows = new float[outputs.length][][];
    for (int i = 0; i < outputs.length; i++) {
      try (INDArray output = outputs[i]) {
        rows[i] = output.reshape(images.size(0), output.length() / images.size(0)).toFloatMatrix();
      }
    }
    return rows;
  }
}
