package org.resnet4j.training.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.training.recipe.RecipeException.Reason;

/** Whatever a file says, it is a recipe or refused. */
class RecipeMutationTest {
  private static final int EDITED = 250;
  private static final String[] PIECES = {"\n", " ", "  ", "\t", ":", ": ", "- ", "[", "]", "{", "}", ",", "#", "&a ",
      "*a", "!!", "! ", "|", ">", "|\n", "'", "\"", "\\", "%", "@", "`", "?", "? ", "---\n", "...\n", "<<: ", "~",
      "null", "none", "true", "yes", "0", "-1", "1e9", "1e-4", ".inf", ".nan", "0x1F", "1_000", "1:30", "\u0000",
      "\u0007", "\u0085", "\u2028", "\uFEFF", "\uD83D\uDE00", "\uD800", "kind: ", "epochs", "5 epochs", "999999999999"};

  static List<String> names() {
    return Recipe.names();
  }

  private static String file(String name) {
    try (InputStream stream = Recipe.class.getResourceAsStream("/recipes/" + name + ".yaml")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void anEditedFileIsARecipeOrRefused(String name) {
    String whole = file(name);
    String printed = Recipe.named(name).toYaml();
    SplittableRandom random = new SplittableRandom(name.hashCode());
    Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
    int[] read = {0};
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
      for (int i = 0; i < EDITED; i++) {
        String edited = random.nextBoolean() ? whole : printed;
        for (int edits = random.nextInt(1, 4); edits > 0; edits--) {
          edited = edit(edited, random);
        }
        try {
          Recipe recipe = Recipe.parse(edited, name);
          assertEquals(recipe, Recipe.parse(recipe.toYaml(), name));
          recipe.phases().forEach(phase -> rateIsFinite(phase));
          read[0]++;
        } catch (RecipeException e) {
          assertTrue(e.getMessage().lines().count() == 1 && e.getMessage().length() < 600, e.getMessage());
          refused.merge(e.reason(), 1, Integer::sum);
        } catch (RuntimeException | StackOverflowError e) {
          throw new AssertionError(edited, e);
        }
      }
    });
    // Were all of one kind, the edits would be too coarse or too fine to say anything.
    assertTrue(read[0] > EDITED / 20, "read: " + read[0]);
    assertTrue(refused.size() >= 6, refused.toString());
  }

  private static void rateIsFinite(Phase phase) {
    int steps = phase.steps(100);
    double last = phase.rate().schedule(steps, 100).valueAt(steps - 1, phase.epochs() - 1);
    assertTrue(last >= 0 && last <= Rate.HIGHEST, phase.toString());
  }

  private static String edit(String text, SplittableRandom random) {
    if (text.isEmpty()) {
      return text;
    }
    int at = random.nextInt(text.length());
    int until = Math.min(text.length(), at + random.nextInt(1, 12));
    String piece = PIECES[random.nextInt(PIECES.length)];
    return switch (random.nextInt(6)) {
      case 0 -> text.substring(0, at) + piece + text.substring(at);
      case 1 -> text.substring(0, at) + piece + text.substring(until);
      case 2 -> text.substring(0, at) + text.substring(until);
      case 3 -> text.substring(0, at) + text.substring(at, until).repeat(2) + text.substring(until);
      case 4 -> text.replaceFirst("(?<=: )[^\\n]*(?=\\n[^\\n]{" + random.nextInt(20) + "}\\w)",
          Matcher.quoteReplacement(piece));
      default -> {
        List<String> lines = new ArrayList<>(text.lines().toList());
        Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
        yield String.join("\n", lines);
      }
    };
  }

  @Test
  void anyTextComesBack() {
    SplittableRandom random = new SplittableRandom(3);
    List<String> texts = new ArrayList<>();
    int refused = 0;
    while (texts.size() < 1000) {
      StringBuilder text = new StringBuilder("x".repeat(random.nextInt(2)));
      for (int pieces = random.nextInt(6); pieces > 0; pieces--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      try {
        Check.text("sources", text.toString(), 100);
        texts.add(text.toString());
      } catch (RecipeException e) {
        refused++; // of several lines, or not printable
      }
    }
    assertTrue(refused > 100, "refused: " + refused);
    Recipe recipe = Recipe.named("adam-simple");
    for (int i = 0; i < texts.size(); i += 20) {
      Recipe of20 = Binding.with(recipe, "sources", texts.subList(i, i + 20));
      assertEquals(of20, Recipe.parse(of20.toYaml(), "texts"), of20::toYaml);
    }
  }

  @Test
  void anyNumberComesBack() {
    SplittableRandom random = new SplittableRandom(4);
    Recipe recipe = Recipe.named("adam-simple");
    for (int i = 0; i < 300; i++) {
      double factor = random.nextDouble() * Math.pow(10, random.nextInt(-300, 1));
      Recipe decayed = recipe.withWeightDecay(new WeightDecay(factor, WeightDecay.Decayed.ALL));
      assertEquals(decayed, Recipe.parse(decayed.toYaml(), "number"), decayed::toYaml);
    }
  }
}
