package org.resnet4j.training.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.zoo.weights.AtomicFiles;
import org.resnet4j.zoo.weights.AtomicFiles.Content;

/**
 * {@code run.json}: what a run was begun with, so that it goes on with nothing else.
 *
 * @param version of ResNet4J
 * @param recipe its whole text
 * @param model what the network was made of
 * @param data what the images are called
 * @param fingerprint of the images and their parts
 * @param classes in the order of the network's outputs
 * @param preprocessing as JSON
 * @param computing engine and number type
 * @param result what the finished run came to; null while it isn't
 */
record RunRecord(String version, String recipe, String model, String data, String fingerprint, List<String> classes,
                 String preprocessing, long seed, String computing, String result) {
  static final String FILE = "run.json";
  private static final long LONGEST = 4 << 20;
  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
      .enable(SerializationFeature.INDENT_OUTPUT).build();

  RunRecord finished(String result) {
    return new RunRecord(version, recipe, model, data, fingerprint, classes, preprocessing, seed, computing, result);
  }

  void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), Content.of(JSON.writeValueAsString(this) + "\n"));
  }

  /** @throws CommandException if there is none that can be read */
  static RunRecord read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      if (Files.size(file) > LONGEST) {
        throw new CommandException(ExitCode.FAILURE, file + " is larger than a run's record can be.");
      }
      return JSON.readValue(Files.readString(file), RunRecord.class);
    } catch (JsonProcessingException e) {
      throw new CommandException(ExitCode.FAILURE, file + " is damaged (" + e.getOriginalMessage()
          + "): the run can't be resumed; start it anew in another folder.");
    }
  }

  /** What another run differs in, so that it can't go on as this one; a phrase each, this one's values first. */
  List<String> differences(RunRecord other) {
    List<String> found = new ArrayList<>();
    if (!recipe.equals(other.recipe)) {
      found.add("the recipe (" + String.join("; ",
          Recipe.parse(recipe, FILE).differences(Recipe.parse(other.recipe, "the recipe"))) + ")");
    }
    compare("--seed", seed, other.seed, found);
    compare("the model", model, other.model, found);
    if (!fingerprint.equals(other.fingerprint)) {
      found.add("the images");
    }
    compare("the classes", classes, other.classes, found);
    compare("the preprocessing", preprocessing, other.preprocessing, found);
    return found;
  }

  private static void compare(String what, Object mine, Object others, List<String> found) {
    if (!Objects.equals(mine, others)) {
      found.add(what + " (" + mine + " / " + others + ")");
    }
  }
}
