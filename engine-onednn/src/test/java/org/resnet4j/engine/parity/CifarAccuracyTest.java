package org.resnet4j.engine.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.CompiledGraph;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.modelimport.pytorch.PyTorchFile;
import org.resnet4j.modelimport.pytorch.PyTorchNames;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.image.Resize;
import org.resnet4j.zoo.weights.ModelWeights;

/** What a number type costs on real images: how many CIFAR-10 test images published weights tell right. */
class CifarAccuracyTest {
  private static final Path SHARED = Path.of("..", "..", "shared");
  private static final Path IMAGES = SHARED.resolve("data/cifar10-jpeg.tar.xz");
  private static final Path WEIGHTS = SHARED.resolve("oracles/pytorch-cifar10");
  private static final int BATCH = 100;
  /** Of the images' number. */
  private static final double BFLOAT16_COST = 0.003;

  /** A batch [N, 3, 32, 32], and which class each image is of. */
  private record Batch(INDArray images, int[] labels) {}

  /** How many are right. */
  private record Right(String net, int images, int dl4j, int float32, int bfloat16) {}

  @Test
  void everyFifthImage() throws IOException {
    check(5);
  }

  /** The README's table. */
  @Tag("long")
  @Test
  void everyImage() throws IOException {
    for (Right right : check(1)) {
      assertEquals(record(right.net).get("correct_of_10000").asInt(), right.float32);
      System.out.println(right);
    }
  }

  private static List<Right> check(int each) throws IOException {
    assumeTrue(Files.exists(IMAGES) && Files.exists(WEIGHTS), "the shared weights and images aren't on this machine");
    List<Batch> batches = batches(each);
    List<Right> all = List.of(right("resnet20", "resnet20-12fca82f.th", batches),
        right("resnet32", "resnet32-d509ac18.th", batches));
    for (Right right : all) {
      assertEquals(right.dl4j, right.float32, right.toString());
      assertTrue(Math.abs(right.bfloat16 - right.float32) <= BFLOAT16_COST * right.images, right.toString());
    }
    return all;
  }

  private static JsonNode record(String net) throws IOException {
    return new ObjectMapper().readTree(WEIGHTS.resolve(net + ".json").toFile());
  }

  private static Right right(String net, String weights, List<Batch> batches) {
    ComputationGraph graph = ResNets.named("cifar_" + net).build().init();
    try (PyTorchFile file = PyTorchFile.open(WEIGHTS.resolve(weights))) {
      ModelWeights.load(graph, PyTorchNames.canonical(file));
    }
    return new Right(net, batches.size() * BATCH, right(batches, graph::outputSingle),
        right(batches, graph, Parity.FLOATS), right(batches, graph, Parity.NARROW));
  }

  private static int right(List<Batch> batches, ComputationGraph graph, EngineOptions options) {
    try (CompiledGraph compiled = Parity.compile(graph, graph.getConfiguration().getNetworkOutputs(), options)) {
      return right(batches, images -> compiled.output(images)[0]);
    }
  }

  private static int right(List<Batch> batches, UnaryOperator<INDArray> net) {
    int right = 0;
    for (Batch batch : batches) {
      int[] found = net.apply(batch.images.dup('c')).argMax(1).toIntVector();
      for (int i = 0; i < found.length; i++) {
        right += found[i] == batch.labels[i] ? 1 : 0;
      }
    }
    return right;
  }

  /** The test images in the archive's order, or every so many of them. */
  private static List<Batch> batches(int each) throws IOException {
    List<String> classes = new ArrayList<>();
    record("resnet20").get("classes").forEach(name -> classes.add(name.asText()));
    Preprocessing torch = Preprocessing.torch(32).withResize(new Resize.ShorterSide(32));
    List<Batch> batches = new ArrayList<>();
    List<INDArray> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    int position = 0;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(
        new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(IMAGES))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.isFile() && entry.getName().startsWith("test/") && position++ % each == 0) {
          images.add(torch.apply(ImageDecoder.DEFAULT.decode(new ByteArrayInputStream(tar.readAllBytes()),
              entry.getName()), CNN2DFormat.NCHW));
          labels.add(classes.indexOf(entry.getName().split("/")[1]));
          if (images.size() == BATCH) {
            batches.add(new Batch(Nd4j.concat(0, images.toArray(INDArray[]::new)),
                labels.stream().mapToInt(Integer::intValue).toArray()));
            images.clear();
            labels.clear();
          }
        }
      }
    }
    return batches;
  }
}
