package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.engine.EngineException;
import org.resnet4j.engine.FastComputationGraph;

/** Batches of any size, one example included, and images of any size, in any order. */
class BatchesTest {
  @ParameterizedTest
  @EnumSource(SmallNets.class)
  void batchOfOne(SmallNets net) {
    try (Pair pair = new Pair(net.made())) {
      DataSet one = PhotoPieces.batch(1, SmallNets.SIZE);
      DataSet another = PhotoPieces.batches(1, 1, SmallNets.SIZE, 8).get(0);
      pair.fit(one, another, one).assertSame();
    }
  }

  /**
   * Each number of a single vector is its own mean: what a norm gives is its shift, and no gradient passes. There is no
   * DL4J to compare with: it throws, unless its helpers are on.
   */
  @Test
  void batchOfOneVector() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    net.convolution(4).dense(6).norm();
    FastComputationGraph fast = TrainingStep.wrapped(net.classes(), TrainingStep.FLOATS);
    try {
      MultiDataSet one = net.batch(1);
      TrainingStep step = TrainingStep.onEngine(fast, one);
      assertTrue(Double.isFinite(step.score()));
      assertEquals(0, TrainingStep.length(step.gradients().get("v0_W")));
      assertEquals(0, TrainingStep.length(step.gradients().get("v2_gamma")));
      assertTrue(TrainingStep.length(step.gradients().get("v2_beta")) > 0.01);
      INDArray shift = fast.getParam("v2_beta").reshape(1, 6);
      INDArray ends = shift.mmul(fast.getParam("end_W")).addi(fast.getParam("end_b"));
      double loss = -Transforms.log(Transforms.softmax(ends)).mul(one.getLabels(0)).sumNumber().doubleValue();
      assertEquals(loss, step.score(), 1e-5);
    } finally {
      fast.close();
    }
  }

  /** An epoch whose last batch is what remains. */
  @Test
  void lastBatchIsSmaller() {
    List<DataSet> examples = PhotoPieces.batches(11, 1, SmallNets.SIZE, 15);
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      pair.stock.fit(new ListDataSetIterator<>(examples, 4), 2);
      pair.fast.fit(new ListDataSetIterator<>(examples, 4), 2);
      assertEquals(6, pair.fast.getIterationCount());
      pair.assertSame();
    }
  }

  /** More sizes than plans are kept, each returning; plans share memory, and that grows. */
  @ParameterizedTest
  @EnumSource(SmallNets.class)
  void sizesChange(SmallNets net) {
    List<DataSet> batches = new ArrayList<>();
    for (int count : new int[] {3, 5, 2, 7, 1, 4, 3, 9, 5}) {
      batches.add(PhotoPieces.batch(count, SmallNets.SIZE + count % 3 * 4));
    }
    try (Pair pair = new Pair(net.made())) {
      pair.fit(batches.toArray(DataSet[]::new)).assertSame();
    }
  }

  /** Arrays that lie otherwise: columns first, parts of larger ones. */
  @Test
  void arraysLieAnyhow() {
    DataSet plain = PhotoPieces.batch(6, SmallNets.SIZE);
    DataSet larger = PhotoPieces.batches(1, 6, SmallNets.SIZE + 5, 16).get(0);
    INDArray part = larger.getFeatures().get(NDArrayIndex.all(), NDArrayIndex.all(),
        NDArrayIndex.interval(2, SmallNets.SIZE + 2), NDArrayIndex.interval(3, SmallNets.SIZE + 3));
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      for (DataSet batch : List.of(new DataSet(plain.getFeatures().dup('f'), plain.getLabels().dup('f')),
          new DataSet(part, larger.getLabels()))) {
        pair.stock.fit(batch.copy());
        pair.fast.fit(batch);
      }
      pair.assertSame();
    }
  }

  /** What the net can't take is refused, and nothing has changed. */
  @Test
  void wrongImagesAreRefused() {
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      DataSet right = PhotoPieces.batch(4, SmallNets.SIZE);
      pair.fit(right);
      INDArray before = pair.fast.params().dup();
      INDArray twoChannels = right.getFeatures().get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2)).dup();
      EngineException.WrongInput refused = assertThrows(EngineException.WrongInput.class,
          () -> pair.fast.fit(new DataSet(twoChannels, right.getLabels())));
      assertEquals("stem_conv", refused.getMessage().replaceAll(".*vertex (\\w+).*", "$1"), refused.getMessage());
      assertEquals(before, pair.fast.params());
      pair.fit(right).assertSame();
    }
  }
}
