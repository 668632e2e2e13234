package org.resnet4j.modelimport.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.InvalidConfiguration;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.UnsupportedLayer;
import org.resnet4j.modelimport.model.KerasModel;
import org.resnet4j.modelimport.model.Node;

/** Configurations that no Keras wrote: one sentence each, in bounded time. */
class BadConfigurationsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String CONV =
      "\"filters\": 4, \"kernel_size\": [3, 3], \"strides\": [1, 1], \"padding\": \"same\"";

  @Test
  void readsTheModelThatTheOthersAreDamagedFrom() {
    KerasModel model = read(model(input(), layer("Conv2D", "a", CONV, "in"), layer("Flatten", "b", "", "a")));
    assertEquals(List.of("a", "b"), model.nodes().stream().map(Node::name).toList());
  }

  @Test
  void refusesWhatIsNoModel() {
    refuses(InvalidConfiguration.class, "", "JSON");
    refuses(InvalidConfiguration.class, "<html>", "JSON");
    refuses(InvalidConfiguration.class, "[]", "a JSON object");
    refuses(InvalidConfiguration.class, "{}", "class_name");
    refuses(InvalidConfiguration.class, "{\"class_name\": \"Functional\"}", "class_name");
    refuses(InvalidConfiguration.class, "{\"class_name\": \"Sequential\", \"config\": 7}", "a list of layers");
    refuses(InvalidConfiguration.class, "{\"class_name\": \"Sequential\", \"config\": {\"layers\": []}}", "layers");
    refuses(InvalidConfiguration.class, model(input()) + "}", "JSON");
    refuses(UnsupportedLayer.class, "{\"class_name\": \"MyNet\", \"config\": {\"width\": 1}}", "MyNet");
  }

  @Test
  void refusesTextCutAnywhere() {
    String text = model(input(), layer("Conv2D", "a", CONV, "in"));
    for (int length = 0; length < text.length(); length++) {
      refuses(InvalidConfiguration.class, text.substring(0, length), "");
    }
  }

  @Test
  void refusesADuplicateKey() {
    refuses(InvalidConfiguration.class,
        model(input(), layer("Conv2D", "a", CONV + ", \"filters\": 5", "in")), "uplicate");
  }

  @Test
  void refusesDeepNesting() {
    int depth = 100_000;
    for (String[] brackets : new String[][] {{"[", "]"}, {"{\"a\":", "}"}}) {
      String text = "{\"class_name\": \"Sequential\", \"config\": " + brackets[0].repeat(depth) + "1"
          + brackets[1].repeat(depth) + "}";
      assertTimeoutPreemptively(SOON, () -> refuses(TooLarge.class, text, "depth"));
    }
    String open = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": [";
    assertTimeoutPreemptively(SOON, () -> refuses(TooLarge.class, open.repeat(100_000), "depth"));
  }

  @Test
  void readsModelsNestedAsDeepAsTheBoundAllows() {
    String text = layer("Activation", "a", "\"activation\": \"relu\"");
    for (int i = 0; i < 300; i++) {
      text = "{\"class_name\": \"Sequential\", \"name\": \"s\", \"config\": {\"name\": \"s" + i + "\", \"layers\": ["
          + (i == 0 ? input() + ", " : "") + text + "]}}";
    }
    KerasModel model = read(text);
    assertEquals(1, model.nodes().size());
  }

  @Test
  void refusesTooManyLayersQuickly() {
    String layers = IntStream.range(0, 100_000)
        .mapToObj(i -> layer("Activation", "a" + i, "\"activation\": \"relu\"")).collect(Collectors.joining(", "));
    assertTimeoutPreemptively(SOON, () -> refuses(TooLarge.class,
        "{\"class_name\": \"Sequential\", \"config\": {\"layers\": [" + input() + ", " + layers + "]}}", ""));
  }

  @Test
  void refusesALayerThatThousandsRead() {
    String[] layers = new String[1_003];
    layers[0] = input();
    String[] readers = IntStream.range(1, 1_002).mapToObj(i -> "a" + i).toArray(String[]::new);
    for (int i = 1; i < 1_002; i++) {
      layers[i] = layer("Activation", "a" + i, "\"activation\": \"relu\"", "in");
    }
    layers[1_002] = layer("Add", "sum", "", readers);
    refuses(TooLarge.class, model(layers), "\"in\"");
    String end = "[" + "[\"in\", 0, 0], ".repeat(1_000) + "[\"in\", 0, 0]]";
    refuses(TooLarge.class, model(input()).replaceFirst("\"output_layers\": .*?\\]\\]", "\"output_layers\": " + end),
        "inputs and outputs");
  }

  @Test
  void readsAVeryDeepChainGivenBackwards() {
    List<String> layers = new ArrayList<>(List.of(layer("Flatten", "end", "", "a9999")));
    for (int i = 9_999; i > 0; i--) {
      layers.add(layer("Activation", "a" + i, "\"activation\": \"relu\"", "a" + (i - 1)));
    }
    layers.add(layer("Activation", "a0", "\"activation\": \"relu\"", "in"));
    layers.add(input());
    KerasModel model = assertTimeoutPreemptively(SOON, () -> read(functional(layers, "in", "end")));
    assertEquals(10_001, model.nodes().size());
    assertEquals("a0", model.nodes().get(0).name());
  }

  @Test
  void refusesModelsThatMultiply() {
    // Each model calls the one within it twice: 2^40 calls.
    String inner = functional(List.of(input(), layer("Activation", "a", "\"activation\": \"relu\"", "in")), "in", "a");
    for (int i = 0; i < 40; i++) {
      String twice = inner.substring(0, inner.length() - 1) + ", \"name\": \"m\", \"inbound_nodes\": "
          + "[[[\"in\", 0, 0, {}]], [[\"m\", 1, 0, {}]]]}";
      inner = functional(List.of(input(), twice), "in", "m").replace("[[\"m\", 0, 0]]", "[[\"m\", 2, 0]]");
    }
    String bomb = inner;
    assertTimeoutPreemptively(SOON, () -> refuses(TooLarge.class, bomb, "calls of layers"));
  }

  @Test
  void refusesWhatOneNumberMakesHuge() {
    String wide = input().replace("8, 8, 3", "2147483647, 1, 1");
    String reverse = layer("SlicingOpLambda", "a", "\"function\": \"__operators__.getitem\"", "in")
        .replace("{}", "{\"slice_spec\": [{\"start\": null}, {\"start\": null, \"step\": -1}]}");
    assertTimeoutPreemptively(SOON, () -> refuses(TooLarge.class, model(wide, reverse), "positions"));
    String axes = input().replace("8, 8, 3", "1, ".repeat(100_000) + "1");
    refuses(TooLarge.class, model(axes, layer("Activation", "a", "", "in")), "axes");
    String fedInput = input().replace("\"inbound_nodes\": []", "\"inbound_nodes\": [[[\"a\", 0, 0, {}]]]");
    refuses(InvalidConfiguration.class, model(fedInput, layer("Activation", "a", "", "in")), "input layer");
  }

  @Test
  void refusesCyclesDanglingAndDuplicateNames() {
    refuses(InvalidConfiguration.class, model(input(), layer("Activation", "a", "", "b"),
        layer("Activation", "b", "", "a")), "cycle");
    refuses(InvalidConfiguration.class, model(input(), layer("Activation", "a", "", "a")), "\"a\"");
    refuses(InvalidConfiguration.class, model(input(), layer("Activation", "a", "", "gone")), "\"gone\"");
    refuses(InvalidConfiguration.class, functional(List.of(input()), "in", "gone"), "\"gone\"");
    refuses(InvalidConfiguration.class, functional(List.of(input()), "gone", "in"), "\"gone\"");
    refuses(InvalidConfiguration.class, model(input(), layer("Activation", "a", "", "in"),
        layer("Activation", "a", "", "in")), "two layers");
    refuses(InvalidConfiguration.class, model(input(), input()), "two layers");
    refuses(InvalidConfiguration.class,
        model(input(), layer("Activation", "a", "", "in")).replace("\"in\", 0, 0, {}", "\"in\", 3, 0, {}"), "calls");
    refuses(InvalidConfiguration.class,
        model(input(), layer("Activation", "a", "", "in")).replace("\"in\", 0, 0, {}", "\"in\", 0, 2, {}"), "output");
    refuses(InvalidConfiguration.class,
        model(input(), layer("Activation", "a", "", "in")).replace("\"in\", 0, 0, {}", "\"in\", \"0\", 0"),
        "inputs as");
  }

  @Test
  void refusesTheWrongNumberOfInputs() {
    refuses(InvalidConfiguration.class, model(input(), layer("Flatten", "a", "", "in", "in")), "1 inputs");
    refuses(InvalidConfiguration.class, model(input(), layer("Add", "a", "", "in")), "at least 2 inputs");
    refuses(InvalidConfiguration.class, model(input(), layer("Subtract", "a", "", "in", "in", "in")), "2 inputs");
    refuses(InvalidConfiguration.class, model(input(), layer("Conv2D", "f", CONV, "in"),
        layer("Add", "a", "", "in", "f")), "shapes agree");
  }

  @Test
  void refusesImpossibleSizes() {
    for (String filters : List.of("0", "-4", "1.5", "\"4\"", "true", "[4]", "null", "NaN", "1e30", "{}")) {
      refuses(InvalidConfiguration.class, model(input(), layer("Conv2D", "a", CONV.replace("4", filters), "in")),
          "filters");
    }
    refuses(InvalidConfiguration.class, conv("\"groups\": 2"), "groups");
    refuses(InvalidConfiguration.class, conv("\"groups\": 0"), "groups");
    refuses(InvalidConfiguration.class, model(input(), layer("Conv2D", "a", CONV.replace("same", "valid")
        .replace("[3, 3]", "[9, 9]"), "in")), "window");
    refuses(InvalidConfiguration.class, model(input(), layer("Conv2D", "a", CONV.replace("same", "valid")
        + ", \"dilation_rate\": 1000000000", "in")), "window");
    refuses(TooLarge.class, conv("\"dilation_rate\": 1000000000"), "window");
    refuses(TooLarge.class, model(input(), layer("MaxPooling2D", "a", "\"padding\": \"same\", \"pool_size\": 1000000",
        "in")), "window");
    refuses(InvalidConfiguration.class, model(input(), layer("Conv2D", "a", CONV.replace("[1, 1]", "[0, 1]"), "in")),
        "strides");
    refuses(TooLarge.class, model(input(), layer("Conv2D", "a", CONV.replace("4", "2147483647"), "in")), "");
    refuses(TooLarge.class, model(input(), layer("Conv2D", "a", CONV.replace("[3, 3]", "[60000, 60000]"), "in")),
        "weights");
    refuses(TooLarge.class, model(input(), layer("ZeroPadding2D", "a", "\"padding\": 2147483647", "in")), "");
    refuses(TooLarge.class, model(input(), layer("UpSampling2D", "a", "\"size\": 1000000", "in")), "");
    refuses(TooLarge.class, model(input(), layer("DepthwiseConv2D", "a",
        CONV + ", \"depth_multiplier\": 2000000000", "in")), "");
    refuses(InvalidConfiguration.class, model(input(), layer("Cropping2D", "a", "\"cropping\": 4", "in")), "left");
    refuses(InvalidConfiguration.class, model(input(), layer("Reshape", "a", "\"target_shape\": [5, -1]", "in")),
        "target");
    refuses(InvalidConfiguration.class, model(input(), layer("Reshape", "a", "\"target_shape\": [-1, -1]", "in")),
        "-1");
    refuses(InvalidConfiguration.class, model(input(), layer("Permute", "a", "\"dims\": [1, 1, 2]", "in")), "axis");
    refuses(InvalidConfiguration.class, model(input(), layer("BatchNormalization", "a", "\"axis\": 9", "in")), "axis");
    refuses(InvalidConfiguration.class, model(input(), layer("BatchNormalization", "a", "\"axis\": 0", "in")), "axis");
    refuses(InvalidConfiguration.class, model(input(), layer("BatchNormalization", "a", "\"epsilon\": NaN", "in")),
        "epsilon");
    refuses(InvalidConfiguration.class, model(input(), layer("Dropout", "a", "\"rate\": 1.5", "in")), "rate");
    refuses(InvalidConfiguration.class, model(input().replace("8, 8", "-8, 8")), "sizes");
    refuses(InvalidConfiguration.class, model(input().replace("8, 8", "8.5, 8")), "sizes");
  }

  @Test
  void needsTheSizesThatWeightsDependOn() {
    String any = input().replace("8, 8", "null, null");
    assertEquals(1, read(model(any, layer("Conv2D", "a", CONV, "in"))).nodes().size());
    refuses(UnsupportedLayer.class, model(any, layer("Flatten", "a", "", "in")), "known size");
    refuses(UnsupportedLayer.class, model(any, layer("PReLU", "a", "", "in")), "known");
    refuses(UnsupportedLayer.class, model(input().replace("3]", "null]"), layer("Conv2D", "a", CONV, "in")), "known");
  }

  @Test
  void refusesWhatItCannotDoByName() {
    refuses(UnsupportedLayer.class, model(input(), layer("Lambda", "a", "\"function\": [\"x\", null, null]", "in")),
        "never executed");
    refuses(UnsupportedLayer.class, model(input(), layer("LSTM", "a", "", "in")), "LSTM");
    refuses(UnsupportedLayer.class, model(input(), layer("lab>ScaleBy", "a", "", "in")), "lab>ScaleBy");
    refuses(UnsupportedLayer.class, model(input(), layer("Conv2D", "a", CONV, "in")
        .replaceFirst("\\{", "{\"module\": \"my.layers\", ")), "my.layers");
    refuses(UnsupportedLayer.class, model(input(), layer("Conv2D", "a", CONV, "in")
        .replaceFirst("\\{", "{\"registered_name\": \"me>Conv2D\", ")), "me>Conv2D");
    refuses(UnsupportedLayer.class, model(input(), layer("BatchNormalization", "a", "\"renorm\": true", "in")),
        "renorm");
    refuses(UnsupportedLayer.class, model(input(), layer("BatchNormalization", "a", "\"virtual_batch_size\": 4", "in")),
        "virtual_batch_size");
    refuses(UnsupportedLayer.class, model(input(), layer("Activation", "a", "\"activation\": \"mine\"", "in")),
        "mine");
    refuses(UnsupportedLayer.class, model(input(), layer("Activation", "a", "\"activation\": {\"class_name\": "
        + "\"function\", \"module\": \"__main__\", \"config\": \"relu\"}", "in")), "activation");
    refuses(UnsupportedLayer.class, conv("\"dtype\": \"int8\""), "int8");
    refuses(UnsupportedLayer.class, conv("\"dtype\": {\"class_name\": \"QuantizedDTypePolicy\", \"config\": {}}"),
        "QuantizedDTypePolicy");
    refuses(UnsupportedLayer.class, model(input(), layer("Dropout", "a", "\"rate\": 1", "in")), "below 1");
    refuses(UnsupportedLayer.class, model(input(), layer("Flatten", "a", "", "in"),
        layer("Dense", "b", "\"units\": 1", "a"), layer("Reshape", "c", "\"target_shape\": []", "b")), "axis");
    refuses(UnsupportedLayer.class, model(input(), layer("Resizing", "a",
        "\"height\": 4, \"width\": 4, \"crop_to_aspect_ratio\": true", "in")), "aspect");
  }

  @Test
  void namesAreShownWithoutControlCharacters() {
    String name = "\\u001b[2J" + "x".repeat(60_000);
    ModelImportException e = assertThrows(UnsupportedLayer.class,
        () -> read(model(input(), layer("LSTM", name, "", "in"))));
    assertTrue(e.getMessage().length() < 600 && e.getMessage().chars().noneMatch(Character::isISOControl));
  }

  @Test
  void throwsNothingElseForAnyDamage() {
    String text = model(input(), layer("Conv2D", "a", CONV + ", \"activation\": \"relu\", \"groups\": 1", "in"),
        layer("BatchNormalization", "n", "\"axis\": [3], \"momentum\": 0.9", "a"), layer("Add", "s", "", "a", "n"),
        layer("TFOpLambda", "t", "\"function\": \"math.multiply\"", "s").replace("{}", "{\"y\": [1, 2, 3, 4]}"),
        layer("SlicingOpLambda", "g", "\"function\": \"__operators__.getitem\"", "t").replace("{}",
            "{\"slice_spec\": [{\"class_name\": \"__ellipsis__\"}, {\"start\": null, \"stop\": null, \"step\": -1}]}"),
        layer("Flatten", "f", "", "g"), layer("Dense", "d", "\"units\": 2", "f"));
    assertEquals(7, read(text).nodes().size());
    String alphabet = "0123456789-.,:[]{}\"aeinrx_>\\ ";
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 4_000; i++) {
      StringBuilder damaged = new StringBuilder(text);
      for (int j = random.nextInt(3); j >= 0; j--) {
        damaged.setCharAt(random.nextInt(damaged.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        read(damaged.toString());
      } catch (ModelImportException e) {
        refused++;
      }
    }
    assertTrue(refused > 2_000, refused + " refused");
  }

  private static String conv(String extra) {
    return model(input(), layer("Conv2D", "a", CONV + ", " + extra, "in"));
  }

  private static void refuses(Class<? extends ModelImportException> kind, String text, String says) {
    ModelImportException e = assertThrows(kind, () -> read(text));
    assertTrue(e.getMessage().contains(says), e.getMessage());
  }

  private static KerasModel read(String text) {
    return ArchitectureReader.read(text, Optional.empty(), Optional.empty());
  }

  private static String input() {
    return "{\"class_name\": \"InputLayer\", \"name\": \"in\", \"config\": {\"name\": \"in\", "
        + "\"batch_input_shape\": [null, 8, 8, 3]}, \"inbound_nodes\": []}";
  }

  private static String layer(String className, String name, String settings, String... inputs) {
    String calls = inputs.length == 0 ? "" : "[" + String.join(", ",
        List.of(inputs).stream().map(input -> "[\"" + input + "\", 0, 0, {}]").toList()) + "]";
    return "{\"class_name\": \"%s\", \"name\": \"%s\", \"config\": {\"name\": \"%s\"%s}, \"inbound_nodes\": [%s]}"
        .formatted(className, name, name, settings.isEmpty() ? "" : ", " + settings, calls);
  }

  /** Input and output are the first and the last layer. */
  private static String model(String... layers) {
    String last = layers[layers.length - 1];
    int name = last.indexOf("\"name\": \"") + 9;
    return functional(List.of(layers), "in", last.substring(name, last.indexOf('"', name)));
  }

  private static String functional(List<String> layers, String input, String output) {
    return ("{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": [%s], "
        + "\"input_layers\": [[\"%s\", 0, 0]], \"output_layers\": [[\"%s\", 0, 0]]}}")
        .formatted(String.join(", ", layers), input, output);
  }
}
