package org.resnet4j.zoo.weights;

import static org.resnet4j.zoo.weights.WeightsException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.resnet4j.zoo.layer.BetaOnlyBatchNormalization;
import org.resnet4j.zoo.layer.BroadcastMerge;
import org.resnet4j.zoo.weights.WeightsException.Reason;

/**
 * DL4J's JSON of a network, from a stranger: which Java classes it names, how large a network it asks for and how much
 * work that would be are checked before DL4J builds anything.
 */
final class GraphConfiguration {
  /** A ResNet of 1,202 layers has some 5,000. */
  static final int MOST_VERTICES = 20_000;
  /** DL4J's init() takes the cube of a vertex' consumers. */
  static final int MOST_EDGES = 64;

  private static final Pattern ALLOWED_CLASS = Pattern.compile("(org\\.deeplearning4j\\.nn\\.(conf|weights)"
      + "|org\\.nd4j\\.linalg\\.(activations|learning|lossfunctions|schedule)"
      + "|org\\.resnet4j\\.zoo\\.(layer|schedule|updater))\\.[A-Za-z0-9_.$]+");
  private static final Pattern ENUM_CONSTANT = Pattern.compile("[A-Z0-9_]+");

  private static final JsonFactory JSON = JsonFactory.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .streamReadConstraints(StreamReadConstraints.builder()
          .maxNestingDepth(64).maxNumberLength(32).maxNameLength(1000).maxStringLength(10_000).build())
      .build();

  private final Object where;
  private final ComputationGraphConfiguration configuration;

  private GraphConfiguration(Object where, ComputationGraphConfiguration configuration) {
    this.where = where;
    this.configuration = configuration;
  }

  /**
   * Reads a configuration; allocates no parameters.
   *
   * @param where names the file in messages
   */
  static GraphConfiguration parse(Object where, String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      checkClasses(where, parser);
      if (parser.nextToken() != null) {
        throw new WeightsException(Reason.CONFIGURATION, where, "one JSON object", "more text after it");
      }
      // Not ComputationGraphConfiguration.fromJson: for old formats it parses the whole text again for each layer.
      ObjectMapper mapper = NeuralNetConfiguration.mapper();
      ComputationGraphConfiguration configuration;
      synchronized (mapper) {
        configuration = mapper.readValue(json, ComputationGraphConfiguration.class);
      }
      // DL4J trusts a stored order; computing it anew refuses a cycle.
      configuration.setTopologicalOrder(null);
      configuration.setTopologicalOrderStr(null);
      GraphConfiguration result = new GraphConfiguration(where, configuration);
      result.checkStructure();
      return result;
    } catch (JsonProcessingException e) {
      throw unusable(where, "strict JSON of little depth", e);
    } catch (WeightsException e) {
      throw e;
    } catch (IOException | RuntimeException | LinkageError e) {
      throw unusable(where, "a ComputationGraphConfiguration of Deeplearning4j 1.0.0-M2.1", e);
    }
  }

  static WeightsException unusable(Object where, String expected, Throwable cause) {
    return new WeightsException(Reason.CONFIGURATION, where, expected,
        cause.getClass().getSimpleName() + " " + quote(String.valueOf(cause.getMessage())), cause);
  }

  ComputationGraphConfiguration configuration() {
    return configuration;
  }

  /**
   * Walks one value. Jackson takes the class from "@class", from a distribution's "type", or from the first element of
   * an array [name, {...}], which DL4J never writes.
   */
  private static void checkClasses(Object where, JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        if (field.equals("@class")) {
          checkClass(where, parser, ALLOWED_CLASS.matcher(parser.getText()).matches());
        } else if (field.equals("type") && parser.currentToken() == JsonToken.VALUE_STRING) {
          checkClass(where, parser, ALLOWED_CLASS.matcher(parser.getText()).matches()
              || ENUM_CONSTANT.matcher(parser.getText()).matches());
        }
        checkClasses(where, parser);
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      String first = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
      for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
        if (first != null && parser.currentToken().isStructStart()) {
          throw new WeightsException(Reason.CLASS_REFUSED, where, "no class names in arrays", quote(first));
        }
        checkClasses(where, parser);
      }
    }
  }

  private static void checkClass(Object where, JsonParser parser, boolean allowed) throws IOException {
    if (!allowed) {
      throw new WeightsException(Reason.CLASS_REFUSED, where, "a class of Deeplearning4j's or ResNet4J's layers",
          quote(parser.getText()));
    }
  }

  private void checkStructure() {
    configuration.validate(true, false);
    Map<String, Integer> consumers = new HashMap<>();
    int widest = configuration.getNetworkInputs().size();
    for (List<String> inputs : configuration.getVertexInputs().values()) {
      widest = Math.max(widest, inputs.size());
      for (String input : inputs) {
        widest = Math.max(widest, consumers.merge(input, 1, Integer::sum));
      }
    }
    if (configuration.getVertices().size() > MOST_VERTICES || widest > MOST_EDGES) {
      throw new WeightsException(Reason.CONFIGURATION, where,
          "at most %d vertices with %d inputs and consumers each".formatted(MOST_VERTICES, MOST_EDGES),
          "%d and %d".formatted(configuration.getVertices().size(), widest));
    }
    if (!configuration.getVertices().keySet().equals(configuration.getVertexInputs().keySet())) {
      throw new WeightsException(Reason.CONFIGURATION, where, "inputs for each vertex", "vertices without them");
    }
    if (configuration.getDataType() != DataType.FLOAT) {
      throw new WeightsException(Reason.DATA_TYPE, where, "FLOAT", String.valueOf(configuration.getDataType()));
    }
    if (configuration.getNetworkOutputs().size() != 1) {
      throw new WeightsException(Reason.CONFIGURATION, where, "one output",
          configuration.getNetworkOutputs().size() + " outputs");
    }
  }

  /** How many parameters the network would have, BN statistics among them; nothing is allocated. */
  long parameterCount() {
    return count(false);
  }

  /** How many of them a weights file holds: not the gammas that are always 1. */
  long storedCount() {
    return count(true);
  }

  private long count(boolean stored) {
    try {
      long count = 0;
      for (GraphVertex vertex : configuration.getVertices().values()) {
        long own = vertex.numParams(true);
        if (vertex instanceof LayerVertex layerVertex) {
          Layer layer = unwrap(layerVertex.getLayerConf().getLayer());
          checkProduct(layer);
          if (stored && layer instanceof BetaOnlyBatchNormalization norm) {
            own -= norm.getNOut();
          }
        }
        if (own < 0) {
          throw new ArithmeticException("a negative count");
        }
        count = Math.addExact(count, own);
      }
      return count;
    } catch (RuntimeException e) {
      throw unusable(where, "layers whose parameters can be counted", e);
    }
  }

  /** DL4J multiplies without looking at overflow: a huge layer may seem small. */
  private static void checkProduct(Layer layer) {
    if (layer instanceof PReLULayer prelu) {
      Arrays.stream(prelu.getInputShape()).reduce(1, Math::multiplyExact);
    }
    if (layer instanceof FeedForwardLayer feedForward) {
      long product = Math.multiplyExact(feedForward.getNIn(), feedForward.getNOut());
      if (layer instanceof ConvolutionLayer convolution) {
        for (int side : convolution.getKernelSize()) {
          product = Math.multiplyExact(product, (long) side);
        }
      }
    }
  }

  /** The number of values at the network's output: the loss layer's, or the last layer's with parameters. */
  long outputWidth() {
    String name = configuration.getNetworkOutputs().get(0);
    try {
      // More steps than vertices would be a cycle.
      for (int step = 0; step < configuration.getVertices().size(); step++) {
        GraphVertex vertex = configuration.getVertices().get(name);
        if (vertex instanceof FrozenVertex frozen) {
          vertex = frozen.getUnderlying();
        }
        if (vertex instanceof LayerVertex layerVertex) {
          Layer layer = unwrap(layerVertex.getLayerConf().getLayer());
          boolean knows = layer.initializer().numParams(layer) > 0 || layer instanceof LossLayer;
          if (knows && layer instanceof FeedForwardLayer feedForward && feedForward.getNOut() > 0) {
            return feedForward.getNOut();
          }
        } else if (!(vertex instanceof ElementWiseVertex || vertex instanceof BroadcastMerge)) {
          break;
        }
        name = configuration.getVertexInputs().get(name).get(0);
      }
    } catch (RuntimeException e) {
      throw unusable(where, "an output whose width is known", e);
    }
    throw new WeightsException(Reason.CONFIGURATION, where, "a layer whose width is the output's",
        "vertex " + quote(name) + " instead");
  }

  /** The layer inside those that only freeze it. */
  static Layer unwrap(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return unwrap(frozen.getLayer());
    }
    return layer instanceof BaseWrapperLayer wrapper ? unwrap(wrapper.getUnderlying()) : layer;
  }
}
