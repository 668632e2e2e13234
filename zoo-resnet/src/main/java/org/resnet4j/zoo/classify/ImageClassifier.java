package org.resnet4j.zoo.classify;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.LayerHelpers;
import org.resnet4j.zoo.NetworkInput;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * Says what is on an image, with a saved model's network, class names and preprocessing.
 *
 * <pre>{@code
 * try (ImageClassifier classifier = ImageClassifier.load(Path.of("my-model"))) {
 *   classifier.classify(Path.of("photo.jpg"), 5).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Safe for many threads, which decode side by side and get the same bits as one thread would. The network itself
 * runs in one thread of its own (and ND4J's below it): {@link ComputationGraph#output} is not safe for several, and
 * would hold its working memory once for each. Methods throw {@link ImageException} for what is no readable image.
 */
public final class ImageClassifier implements AutoCloseable {
  private static final int BATCH = 16;

  private final ComputationGraph graph;
  private final UnaryOperator<INDArray> network;
  private final List<String> classes;
  private final Preprocessing preprocessing;
  private final NetworkInput input;
  private final ImageDecoder decoder = ImageDecoder.DEFAULT;
  private final ExecutorService networkThread = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "image-classifier");
    thread.setDaemon(true);
    return thread;
  });

  /**
   * The model must not be used elsewhere meanwhile.
   *
   * @throws IllegalArgumentException if the network takes other channels than the preprocessing gives
   */
  public ImageClassifier(SavedModel model) {
    this(model, images -> model.graph().outputSingle(images));
  }

  /**
   * The same with something else to compute the model's network, such as an engine that it was compiled for;
   * {@link #features} are the graph's own still.
   *
   * @param network a batch, as the graph takes it, to what the graph's one output would be; called by one thread at a
   *     time, and not closed
   * @throws IllegalArgumentException if the network takes other channels than the preprocessing gives
   */
  public ImageClassifier(SavedModel model, UnaryOperator<INDArray> network) {
    graph = model.graph();
    this.network = network;
    classes = model.classes();
    preprocessing = model.preprocessing();
    input = NetworkInput.of(graph);
    if (input.channels() != preprocessing.channels().count()) {
      throw new IllegalArgumentException("the network takes " + input.channels() + " channels, its preprocessing gives "
          + preprocessing.channels() + ": correct " + SavedModel.PREPROCESSING);
    }
  }

  /**
   * Loads a saved model's folder.
   *
   * @throws org.resnet4j.zoo.weights.WeightsException if the folder is not one
   */
  public static ImageClassifier load(Path folder) {
    LayerHelpers.enable();
    return new ImageClassifier(SavedModel.load(folder));
  }

  /** The classes' names, in the order of the network's outputs. */
  public List<String> classes() {
    return classes;
  }

  /** The {@code top} most probable classes, the most probable first. */
  public List<Prediction> classify(Path file, int top) {
    return classify(decoder.decode(file), top);
  }

  /** Reads the stream to its end; closing it is the caller's. */
  public List<Prediction> classify(InputStream stream, int top) {
    return classify(decoder.decode(stream, "the stream"), top);
  }

  /** See {@link #classify(Path, int)}. */
  public List<Prediction> classify(BufferedImage image, int top) {
    return Prediction.best(run(List.of(preprocessing.fit(image)), network)[0], classes, top);
  }

  /** Each file's predictions, computed in batches: the last bits may differ from those of one by one. */
  public List<List<Prediction>> classify(List<Path> files, int top) {
    List<List<Prediction>> predictions = new ArrayList<>(files.size());
    for (int from = 0; from < files.size(); from += BATCH) {
      List<BufferedImage> batch = files.subList(from, Math.min(files.size(), from + BATCH)).stream()
          .map(file -> preprocessing.fit(decoder.decode(file))).toList();
      for (float[] row : run(batch, network)) {
        predictions.add(Prediction.best(row, classes, top));
      }
    }
    return predictions;
  }

  /**
   * What the classifying layer is given ("pool" in the zoo's networks): images that look alike have similar ones.
   *
   * @throws IllegalArgumentException if the network has no classifying layer
   */
  public float[] features(BufferedImage image) {
    return run(List.of(preprocessing.fit(image)), this::pooled)[0];
  }

  private INDArray pooled(INDArray input) {
    return graph.output(List.of(ResNetTransfer.features(graph)), false, new INDArray[] {input}, null)[0];
  }

  /** A row for each image of the network's size. */
  private float[][] run(List<BufferedImage> images, UnaryOperator<INDArray> forward) {
    float[] values = new float[images.size() * preprocessing.inputLength()];
    for (int i = 0; i < images.size(); i++) {
      preprocessing.normalize(images.get(i), input.format(), values, i * preprocessing.inputLength());
    }
    return inNetworkThread(() -> {
      try (INDArray batch = Nd4j.create(values, preprocessing.shape(images.size(), input.format()), 'c')) {
        INDArray output = forward.apply(batch);
        return output.reshape(images.size(), output.length() / images.size()).toFloatMatrix();
      }
    });
  }

  private float[][] inNetworkThread(Callable<float[][]> forward) {
    try {
      return networkThread.submit(forward).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the network", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** Ends the network's thread after the images it has; later calls throw. */
  @Override public void close() {
    networkThread.shutdown();
  }
}
