package org.resnet4j.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.resnet4j.zoo.layer.HeldLayer;

/** What doesn't train stays as it is, gives the gradients that DL4J gives, and costs no backward pass. */
class FrozenLayersTest {
  private static final List<DataSet> BATCHES = PhotoPieces.batches(3, 6, SmallNets.SIZE, 13);
  private static final String BACKWARD = "convolution backward";

  private static ComputationGraph frozenTo(String vertex) {
    return new TransferLearning.GraphBuilder(SmallNets.V1.made()).setFeatureExtractor(vertex).build();
  }

  private static Pair trained(ComputationGraph graph) {
    Pair pair = new Pair(graph);
    pair.fit(BATCHES.toArray(DataSet[]::new)).assertSame();
    return pair;
  }

  /** Running statistics and parameters before a vertex are as they were. */
  private static void assertStays(Pair pair, String... layers) {
    for (String layer : layers) {
      assertEquals(before(pair, layer), pair.fast.getLayer(layer).params().dup(), layer);
    }
  }

  private static INDArray before(Pair pair, String layer) {
    return SmallNets.V1.made().getLayer(layer).params().dup();
  }

  @Test
  void nothingIsDoneBelowTheFirstTrainedLayer() {
    Map<String, Long> all;
    try (Pair pair = trained(SmallNets.V1.made())) {
      all = pair.fast.profiled();
      assertTrue(all.containsKey(BACKWARD), all.toString());
    }
    try (Pair pair = trained(frozenTo("pool"))) {
      assertStays(pair, "stem_conv", "stem_norm", "stage1_block1_norm1", "stage3_block1_conv2", "stage3_block1_norm2");
      Map<String, Long> head = pair.fast.profiled();
      assertFalse(head.isEmpty());
      List<String> backward = head.keySet().stream().filter(kind -> kind.endsWith(" backward")).sorted().toList();
      // The dense layer's own, and what brings its parameters' gradients into DL4J's order.
      assertEquals(List.of("inner_product backward"), backward.stream()
          .filter(kind -> !kind.startsWith("reorder") && !kind.startsWith("java")).toList());
    }
  }

  @Test
  void theMoreIsFrozenTheLessIsDone() {
    long some;
    try (Pair pair = trained(frozenTo("stage2_block1_relu"))) {
      assertStays(pair, "stem_conv", "stem_norm", "stage1_block1_norm1", "stage2_block1_conv2", "stage2_block1_norm2");
      assertNotEquals(before(pair, "stage3_block1_conv1"), pair.fast.getLayer("stage3_block1_conv1").params().dup());
      some = pair.fast.trainingMemory(new long[] {64, 3, SmallNets.SIZE, SmallNets.SIZE});
    }
    try (Pair pair = new Pair(SmallNets.V1.made())) {
      long all = pair.fast.trainingMemory(new long[] {64, 3, SmallNets.SIZE, SmallNets.SIZE});
      assertTrue(some < 0.7 * all, some + " bytes with all but one stage frozen, " + all + " with none");
    }
  }

  /** A layer that passes gradients on and keeps its parameters, in the middle of others that train. */
  @Test
  void gradientsPassThroughHeldLayers() {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      Sketch net = new Sketch(format);
      net.convolution(5).then("held", new FrozenLayerWithBackprop(
          new ConvolutionLayer.Builder(3, 3).nIn(5).nOut(4).dataFormat(format).build())).norm().dense(6)
          .then("heldDense", new HeldLayer(new DenseLayer.Builder().nIn(6).nOut(5).build()));
      ComputationGraph graph = net.classes();
      MultiDataSet batch = net.batch(5);
      try (Pair pair = new Pair(graph)) {
        INDArray held = pair.fast.getLayer("held").params().dup();
        INDArray heldDense = pair.fast.getLayer("heldDense").params().dup();
        INDArray first = pair.fast.getLayer("v0").params().dup();
        pair.compareStep(batch).fit(batch, batch).assertSame();
        assertEquals(held, pair.fast.getLayer("held").params().dup());
        assertEquals(heldDense, pair.fast.getLayer("heldDense").params().dup());
        assertNotEquals(first, pair.fast.getLayer("v0").params().dup());
      }
    }
  }

  /** DL4J can't train below a frozen layer, and says so; so it does here. */
  @Test
  void belowFrozenLayersNothingTrains() {
    Sketch net = new Sketch(CNN2DFormat.NCHW);
    net.convolution(5).then("frozen", new FrozenLayer(new ConvolutionLayer.Builder(3, 3).nIn(5).nOut(4).build()))
        .norm().dense(6);
    MultiDataSet batch = net.batch(5);
    try (Pair pair = new Pair(net.classes())) {
      INDArray before = pair.fast.params().dup();
      IllegalStateException expected = assertThrows(IllegalStateException.class, () -> pair.stock.fit(batch.copy()));
      IllegalStateException found = assertThrows(IllegalStateException.class, () -> pair.fast.fit(batch.copy()));
      assertEquals(expected.getMessage(), found.getMessage());
      assertEquals(before, pair.fast.params());
    }
  }
}
