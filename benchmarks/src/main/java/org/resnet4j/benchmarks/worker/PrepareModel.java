package org.resnet4j.benchmarks.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.resnet4j.modelexport.OnnxExport;
import org.resnet4j.modelexport.SafetensorsExport;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.updater.SgdMomentum;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * Writes a {@link ModelFiles}: a zoo network of random weights, images, and the outputs or losses that stock
 * Deeplearning4j computes.
 *
 * <p>Random weights would make most networks' values grow from block to block and their softmax say 1 and 0, which
 * hides deviations. So one step of training at rate zero gives batch norms the statistics of what they see, and the
 * last layer is scaled until its logits vary by {@value #LOGIT_DEVIATION}. Branches add little to their shortcuts, as
 * in trained networks: where they add as much, rounding errors grow from block to block until a deep network's output
 * in bfloat16 has nothing to do with that in float32.
 */
public final class PrepareModel {
  private static final double LOGIT_DEVIATION = 1;
  private static final double BRANCH_SCALE = 0.25;
  private static final int CALIBRATION_IMAGES = 32;
  private static final int PICTURES = 256;
  private static final int STEP_IMAGES = 8;
  private static final long IMAGE_SEED = 1;
  private static final long CALIBRATION_SEED = 2;

  private PrepareModel() {}

  /** @param arguments the zoo's name, the job, the folder, the batches */
  public static void main(String[] arguments) throws IOException {
    System.setOut(System.err);
    int[] batches = Stream.of(arguments).skip(3).mapToInt(Integer::parseInt).toArray();
    write(arguments[0], Job.valueOf(arguments[1]), batches, new ModelFiles(arguments[2]));
    System.exit(0); // with threads of libraries about
  }

  static void write(String name, Job job, int[] batches, ModelFiles files) throws IOException {
    int batch = IntStream.of(batches).max().orElseThrow();
    Files.createDirectories(files.saved().getParent());
    ResNet net = ResNets.named(name).zeroInitLastNorm(true).normDecay(0.0).updater(new SgdMomentum(0.0, 0.0)).build();
    InputType.InputTypeConvolutional image = (InputType.InputTypeConvolutional) net.inputType();
    int[] shape = {(int) image.getChannels(), (int) image.getHeight(), (int) image.getWidth()};
    float[] calibration = RandomImages.of(CALIBRATION_IMAGES, shape[0], shape[1], shape[2], CALIBRATION_SEED);
    Floats.write(files.calibration(), calibration);

    INDArray parameters = parameters(net.init(), array(calibration, CALIBRATION_IMAGES, shape));
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    Recipe recipe = Recipe.of(shape[1]);
    ComputationGraph stock = stock(name, parameters, recipe);
    int classes = (int) stock.layerSize(stock.getConfiguration().getNetworkOutputs().get(0));
    Preprocessing preprocessing = Pictures.preprocessing(shape[1]);
    new SavedModel(stock, Collections.nCopies(classes, "class"), preprocessing, Map.of()).save(files.saved());
    SafetensorsExport.write(stock, net.spec(), files.torch());
    if (job == Job.INFERENCE) {
      OnnxExport.write(stock, files.onnx());
      float[] images = RandomImages.of(batch, shape[0], shape[1], shape[2], IMAGE_SEED);
      Floats.write(files.images(), images);
      Floats.write(files.expected(), outputs(stock, array(images, batch, shape)));
      return;
    }
    int count = Math.max(PICTURES, batch);
    List<Path> pictures = Pictures.write(files.pictures(), count, shape[1], IMAGE_SEED);
    Floats.write(files.labels(), labels(count, classes));
    float[] images = Pictures.read(pictures.subList(0, batch), preprocessing);
    Floats.write(files.images(), images);
    for (int size : batches) {
      DataSet some = new DataSet(array(images, batch, shape).get(NDArrayIndex.interval(0, size)).dup(),
          Training.oneHot(files, size, classes));
      Floats.write(files.expectedLosses(size), losses(stock(name, parameters, recipe), some, recipe));
    }
  }

  private static ComputationGraph stock(String name, INDArray parameters, Recipe recipe) {
    ComputationGraph graph = ResNets.named(name)
        .updater(new SgdMomentum(recipe.learningRate(), recipe.momentum()))
        .regularization(new L2Regularization(recipe.weightDecay())).build().init();
    graph.setParams(parameters);
    return graph;
  }

  private static float[] labels(int count, int classes) {
    float[] labels = new float[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % classes;
    }
    return labels;
  }

  private static float[] losses(ComputationGraph graph, DataSet batch, Recipe recipe) {
    float[] losses = new float[recipe.checkedSteps()];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = Training.step(graph, batch);
    }
    return losses;
  }

  private static INDArray parameters(ComputationGraph graph, INDArray images) {
    INDArray some = images.get(NDArrayIndex.interval(0, STEP_IMAGES)).dup();
    int classes = (int) graph.outputSingle(some).size(1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, STEP_IMAGES, classes);
    for (int i = 0; i < STEP_IMAGES; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    graph.paramTable().forEach((key, values) -> {
      if (key.endsWith("_gamma") && values.amaxNumber().doubleValue() == 0) {
        values.assign(BRANCH_SCALE);
      }
    });
    graph.fit(new DataSet(some, labels));
    // Logits are log-probabilities but for a constant, and can't be read off the graph while it computes in place.
    double deviation = Transforms.log(graph.outputSingle(some)).std(1).meanNumber().doubleValue();
    for (String key : List.of("logits_W", "logits_b")) {
      graph.getParam(key).muli(LOGIT_DEVIATION / deviation);
    }
    INDArray parameters = graph.params();
    checkOrdinary(parameters.dup().data().asFloat());
    return parameters;
  }

  private static void checkOrdinary(float[] parameters) {
    for (float value : parameters) {
      if (!Float.isFinite(value) || value != 0 && Math.abs(value) < Float.MIN_NORMAL) {
        throw new IllegalStateException("a weight is " + value + ", with which kernels are slow");
      }
    }
  }

  private static float[] outputs(ComputationGraph graph, INDArray images) {
    long batch = images.size(0);
    float[][] parts = new float[(int) batch][];
    int done = 0;
    while (done < batch) {
      long end = Math.min(batch, done + STEP_IMAGES);
      INDArray output = graph.outputSingle(images.get(NDArrayIndex.interval(done, end)).dup());
      for (int i = 0; i < output.size(0); i++) {
        parts[done++] = output.getRow(i).dup().data().asFloat();
      }
    }
    float[] all = new float[parts.length * parts[0].length];
    for (int i = 0; i < parts.length; i++) {
      System.arraycopy(parts[i], 0, all, i * parts[0].length, parts[0].length);
    }
    return all;
  }

  private static INDArray array(float[] images, int count, int[] shape) {
    return Nd4j.create(images, new long[] {count, shape[0], shape[1], shape[2]}, 'c');
  }
}
