package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * Reads the zip in which DL4J's {@code ModelSerializer.writeModel} keeps a computation graph, without what makes
 * {@code ModelSerializer.restore*} dangerous: it deserialises whatever Java object the entries
 * {@code preprocessor.bin} and {@code normalizer.bin} hold, which runs code of the file's choice, and inflates every
 * entry into memory. Here both are refused, and any other unknown entry; the configuration names no classes but layers'
 * and their like; arrays must have as many values as it asks for before memory is taken. Every failure is a
 * {@link WeightsException}.
 */
public final class DL4JZip {
  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final String UPDATER_STATE = "updaterState.bin";

  /** Of an array's bytes, those before its values. */
  private static final int LONGEST_HEADER = 4096;
  private static final int HIGHEST_RANK = 32;
  /** ND4J's names of how a buffer was kept; those whose length is an int. */
  private static final Set<String> OLD_MODES = Set.of("DIRECT", "HEAP", "JAVACPP");
  private static final Set<String> MODES = Set.of("LONG_SHAPE", "MIXED_DATA_TYPES");

  private DL4JZip() {}

  /**
   * The graph in the file, with its updater's state if that was saved.
   *
   * @throws WeightsException if the file is no such zip of a float32 graph with one output, is damaged, or holds what
   *     it shouldn't
   */
  public static ComputationGraph load(Path path) {
    try (CheckedZip zip = CheckedZip.open(path, Set.of(CONFIGURATION, PARAMETERS, UPDATER_STATE))) {
      GraphConfiguration configuration = configuration(zip);
      INDArray parameters = read(zip, PARAMETERS, configuration.parameterCount());
      ComputationGraph graph = SavedModel.initialize(zip.where(CONFIGURATION), configuration, parameters);
      ModelWeights.checkValues(graph);
      if (zip.has(UPDATER_STATE)) {
        INDArray state = graph.getUpdater().getStateViewArray();
        INDArray saved = read(zip, UPDATER_STATE, state == null ? 0 : state.length());
        if (state != null) {
          state.assign(saved.reshape(state.shape()));
        }
      }
      return graph;
    } catch (IOException e) {
      throw Safetensors.failed(path, e);
    }
  }

  private static GraphConfiguration configuration(CheckedZip zip) throws IOException {
    String where = zip.where(CONFIGURATION);
    String json;
    try (InputStream in = zip.open(CONFIGURATION, SavedModel.LONGEST_CONFIGURATION)) {
      json = SavedModel.text(where, in.readAllBytes());
    }
    try {
      return GraphConfiguration.parse(where, json);
    } catch (WeightsException e) {
      if (e.reason() == Reason.CONFIGURATION && json.contains("\"confs\"")) {
        throw new WeightsException(Reason.CONFIGURATION, where, "a ComputationGraph's",
            "a MultiLayerNetwork's: its method toComputationGraph() gives the same as a graph", e);
      }
      throw e;
    }
  }

  /** An array as {@code Nd4j.write} writes it: a buffer of longs that tell its shape, then one of its values. */
  private static INDArray read(CheckedZip zip, String name, long length) throws IOException {
    if (length > (Long.MAX_VALUE - LONGEST_HEADER) / Double.BYTES) {
      throw new WeightsException(Reason.PARAMETER_COUNT, zip.where(name), "a count that fits in a file", length + "");
    }
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(
        zip.open(name, LONGEST_HEADER + length * Double.BYTES), 1 << 16))) {
      Buffer shape = Buffer.read(in, zip.where(name));
      if (shape.elementBytes("INT", "LONG") == 0 || shape.length > 2 * HIGHEST_RANK + 4) {
        throw shape.unusable("an array's shape");
      }
      in.skipNBytes(shape.length * shape.elementBytes("INT", "LONG"));
      Buffer values = Buffer.read(in, zip.where(name));
      int bytes = values.elementBytes("FLOAT", "DOUBLE");
      if (bytes == 0) {
        throw values.unusable("values of FLOAT or DOUBLE");
      }
      if (values.length != length) {
        throw new WeightsException(Reason.PARAMETER_COUNT, zip.where(name), length + " values", values.length + "");
      }
      INDArray array = FloatChunks.create(new long[] {1, length}, length, piece -> {
        fill(piece, in, bytes);
        checkFinite(piece, zip.where(name));
      });
      if (in.read() >= 0) {
        throw new WeightsException(Reason.TENSOR_SIZE, zip.where(name), "the end after " + length + " values", "more");
      }
      return array;
    } catch (EOFException e) {
      throw new WeightsException(Reason.TENSOR_SIZE, zip.where(name), length + " values", "the end before", e);
    }
  }

  private static void fill(float[] piece, DataInputStream in, int bytes) throws IOException {
    byte[] content = new byte[piece.length * bytes];
    in.readFully(content);
    ByteBuffer buffer = ByteBuffer.wrap(content);
    for (int i = 0; i < piece.length; i++) {
      piece[i] = bytes == Float.BYTES ? buffer.getFloat() : (float) buffer.getDouble();
    }
  }

  private static void checkFinite(float[] piece, String where) {
    for (float value : piece) {
      if (!Float.isFinite(value)) {
        throw new WeightsException(Reason.VALUE, where, "finite numbers", String.valueOf(value));
      }
    }
  }

  /** What stands before a buffer's values. */
  private record Buffer(String where, String mode, long length, String type) {
    static Buffer read(DataInputStream in, String where) throws IOException {
      String mode = in.readUTF();
      if (!OLD_MODES.contains(mode) && !MODES.contains(mode)) {
        throw new WeightsException(Reason.TENSOR_SIZE, where, "an array of ND4J's", "mode " + quote(mode));
      }
      long length = OLD_MODES.contains(mode) ? in.readInt() : in.readLong();
      Buffer buffer = new Buffer(where, mode, length, in.readUTF());
      if (length < 0) {
        throw buffer.unusable("a length");
      }
      return buffer;
    }

    /** 4 or 8 for these types, 0 for another. */
    int elementBytes(String four, String eight) {
      return type.equals(four) ? 4 : type.equals(eight) ? 8 : 0;
    }

    WeightsException unusable(String expected) {
      return new WeightsException(Reason.TENSOR_SIZE, where, expected, length + " of " + quote(type));
    }
  }
}
