package org.resnet4j.modelimport.pytorch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.testdata.Fixtures;
import org.resnet4j.zoo.weights.TensorSource;

/** What src-test-data/scripts/torch_files.py wrote. */
final class TorchFixtures {
  private TorchFixtures() {}

  static Path copy(String name, Path folder) {
    Path file = folder.resolve(name);
    try (InputStream in = Fixtures.open("pytorch/" + name)) {
      Files.write(file, in.readAllBytes());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String name) {
    try (InputStream in = Fixtures.open("pytorch/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long[] longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
  }

  /** Names and shapes without values. */
  static TensorSource shapesOnly(String name, Map<String, long[]> shapes) {
    return new TensorSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, long[]> shapes() {
        return new LinkedHashMap<>(shapes);
      }

      @Override
      public INDArray read(String tensor) {
        throw new AssertionError(tensor);
      }
    };
  }

  static Map<String, long[]> shapes(JsonNode object) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    object.fields().forEachRemaining(tensor -> shapes.put(tensor.getKey(), longs(tensor.getValue())));
    return shapes;
  }
}
