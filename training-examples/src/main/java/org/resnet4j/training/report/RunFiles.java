package org.resnet4j.training.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.resnet4j.training.report.PastRun.Epoch;
import org.resnet4j.training.report.RunException.Reason;

/** Reads a run's folder. */
final class RunFiles {
  private static final String METRICS = "metrics.csv";
  private static final String RECIPE = "recipe.yaml";
  private static final List<String> NEEDED =
      List.of("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "seconds");
  /** Nobody writes recipes or trains epochs beyond it. */
  private static final long MOST_BYTES = 16 << 20;

  /** 1e999999999 written out would be a gigabyte. */
  private static final int MOST_DIGITS = 30;

  private final Path folder;

  private RunFiles(Path folder) {
    this.folder = folder;
  }

  static PastRun read(Path folder, String name) {
    RunFiles files = new RunFiles(folder);
    if (!Files.isDirectory(folder)) {
      throw new RunException(Reason.NO_RUN, folder + ": expected a run's folder, found "
          + (Files.exists(folder) ? "a file." : "nothing there."));
    }
    if (!Files.isRegularFile(folder.resolve(METRICS))) {
      throw new RunException(Reason.NO_RUN, folder + ": expected a run's folder, found no " + METRICS + " in it.");
    }
    Map<String, String> recipe = new LinkedHashMap<>();
    if (Files.isRegularFile(folder.resolve(RECIPE))) {
      files.flatten("", files.recipe(), recipe);
    }
    return new PastRun(name, files.epochs(), recipe);
  }

  private String text(String name) {
    Path file = folder.resolve(name);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new RunException(Reason.DAMAGED, file + ": expected at most " + MOST_BYTES + " bytes, found "
            + Files.size(file) + ".");
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new RunException(Reason.DAMAGED, file + ": expected text in UTF-8, found other bytes.");
    } catch (IOException e) {
      throw new RunException(Reason.DAMAGED, file + ": can't be read (" + e.getMessage() + ").");
    }
  }

  private List<Epoch> epochs() {
    String text = text(METRICS);
    // A row is appended with its end of line: what follows the last one was cut off.
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    List<Epoch> epochs = new ArrayList<>();
    CsvSchema schema = CsvSchema.emptySchema().withHeader();
    try (MappingIterator<Map<String, String>> rows =
        new CsvMapper().readerForMapOf(String.class).with(schema).readValues(whole)) {
      double elapsed = 0;
      while (rows.hasNext()) {
        Map<String, String> row = rows.next();
        if (epochs.isEmpty() && !row.keySet().containsAll(NEEDED)) {
          throw damaged("expected the columns " + NEEDED + ", found " + row.keySet());
        }
        int line = epochs.size() + 2;
        double seconds = number(row, "seconds", line);
        elapsed += Double.isFinite(seconds) ? seconds : 0;
        epochs.add(new Epoch(whole(row, line), number(row, "train_loss", line), number(row, "train_accuracy", line),
            number(row, "val_loss", line), number(row, "val_accuracy", line), optional(row, "val_top5", line),
            optional(row, "images_per_second", line), elapsed));
      }
    } catch (JsonProcessingException e) {
      throw damaged("expected rows of comma-separated values: " + e.getOriginalMessage() + " at line "
          + (e.getLocation() == null ? "?" : String.valueOf(e.getLocation().getLineNr())));
    } catch (IOException e) {
      throw damaged("expected rows of comma-separated values: " + e.getMessage());
    }
    if (epochs.isEmpty()) {
      throw damaged("expected a row for each epoch, found none");
    }
    return epochs;
  }

  private int whole(Map<String, String> row, int line) {
    double number = number(row, "epoch", line);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw damaged("line " + line + ": expected a whole number for epoch, found " + row.get("epoch"));
    }
    return (int) number;
  }

  private double optional(Map<String, String> row, String column, int line) {
    String value = row.get(column);
    return value == null || value.isBlank() ? Double.NaN : number(row, column, line);
  }

  private double number(Map<String, String> row, String column, int line) {
    String value = row.get(column);
    try {
      return Double.parseDouble(value == null ? "" : value.strip());
    } catch (NumberFormatException e) {
      throw damaged("line " + line + ": expected a number for " + column + ", found "
          + (value == null ? "nothing" : "\"" + value + "\""));
    }
  }

  private RunException damaged(String what) {
    return new RunException(Reason.DAMAGED, folder.resolve(METRICS) + ": " + what + ".");
  }

  private JsonNode recipe() {
    try {
      return YAMLMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build()
          .readTree(text(RECIPE));
    } catch (JsonProcessingException e) {
      throw new RunException(Reason.DAMAGED, folder.resolve(RECIPE) + ": expected YAML: "
          + e.getOriginalMessage().lines().findFirst().orElse("") + ".");
    }
  }

  /** A value for each path; a list of plain values is one value. */
  private void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties().forEach(
          e -> flatten(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), into));
    } else if (node.isArray() && StreamSupport.stream(node.spliterator(), false).anyMatch(JsonNode::isContainerNode)) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "[" + i + "]", node.get(i), into);
      }
    } else if (node.isArray()) {
      into.put(path, StreamSupport.stream(node.spliterator(), false).map(RunFiles::plain)
          .collect(Collectors.joining(", ", "[", "]")));
    } else if (!node.isMissingNode()) {
      into.put(path, plain(node));
    }
  }

  /** The same for 1e-4 and 0.0001. */
  private static String plain(JsonNode value) {
    if (!value.isBigDecimal()) {
      return value.asText();
    }
    BigDecimal number = value.decimalValue().stripTrailingZeros();
    return Math.abs((long) number.scale()) > MOST_DIGITS ? number.toString() : number.toPlainString();
  }
}
