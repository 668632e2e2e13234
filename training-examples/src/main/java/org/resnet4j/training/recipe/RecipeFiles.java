package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.resnet4j.training.recipe.RecipeException.Reason;

/** Recipes as texts: files, and the resources {@code recipes/*.yaml}. */
final class RecipeFiles {
  static final List<String> NAMES = List.of("cifar10-resnet-paper", "cifar10-reproduction", "cifar10-fast",
      "imagenet-style", "finetune-photos", "adam-simple");
  private static final String FOLDER = "/recipes/";
  private static final String SUFFIX = ".yaml";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private RecipeFiles() {}

  static Recipe named(String name) {
    if (!NAMES.contains(name)) {
      throw new RecipeException(Reason.UNKNOWN_RECIPE, "",
          "a recipe's name (nearest: " + String.join(", ", Nearest.of(name, NAMES)) + ")", quote(name));
    }
    try (InputStream resource = RecipeFiles.class.getResourceAsStream(FOLDER + name + SUFFIX)) {
      return parse(new String(resource.readAllBytes(), StandardCharsets.UTF_8), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Recipe read(Path file) {
    String where = file.toString();
    byte[] bytes;
    try (InputStream stream = Files.newInputStream(file)) {
      bytes = stream.readNBytes(YamlText.LONGEST + 1);
    } catch (NoSuchFileException e) {
      throw new RecipeException(Reason.UNREADABLE, "", "a file", "none").in(where);
    } catch (IOException e) {
      throw new RecipeException(Reason.UNREADABLE, "", "a file that can be read", quote(String.valueOf(e.getMessage())))
          .in(where);
    }
    if (bytes.length > YamlText.LONGEST) {
      throw new RecipeException(Reason.TOO_LARGE, "", "at most " + YamlText.LONGEST + " bytes", "more").in(where);
    }
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), where);
    } catch (CharacterCodingException e) {
      throw new RecipeException(Reason.NOT_TEXT, "", "text in UTF-8", "bytes that aren't").in(where);
    }
  }

  static Recipe parse(String text, String where) {
    try {
      String content = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
      return Binding.read(YamlText.parse(content), Recipe.class);
    } catch (RecipeException e) {
      throw e.in(where);
    }
  }
}
