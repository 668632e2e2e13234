package org.resnet4j.training.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.training.recipe.RecipeException.Reason;

class RecipeErrorsTest {
  /** Line 1 is the name. */
  private static final String WHOLE = """
      name: mine
      model: resnet18
      batch: 32
      phases:
        - name: all
          epochs: 10
          rate:
            kind: cosine
            peak: 0.1
      optimizer: {kind: sgd}
      """;

  @TempDir
  Path folder;

  private static RecipeException refused(String text, Reason reason, int line, String field) {
    RecipeException refused = assertThrows(RecipeException.class, () -> Recipe.parse(text, "mine.yaml"));
    String message = refused.getMessage();
    assertEquals(reason, refused.reason(), message);
    assertEquals(line, refused.line().orElse(0), message);
    assertEquals(field, refused.field(), message);
    assertEquals("mine.yaml", refused.where().orElseThrow());
    assertTrue(message.startsWith("Recipe mine.yaml" + (line == 0 ? "" : ", line " + line)
        + (field.isEmpty() ? "" : ", " + field) + ": expected "), message);
    assertTrue(message.contains(", found "), message);
    assertTrue(message.lines().count() == 1 && message.length() < 400, message);
    return refused;
  }

  private static RecipeException refusedWith(String from, String to, Reason reason, int line, String field) {
    assertTrue(WHOLE.contains(from));
    return refused(WHOLE.replace(from, to), reason, line, field);
  }

  @Test
  void theWholeIsARecipe() {
    assertEquals(0.1, Recipe.parse(WHOLE, "mine.yaml").phases().get(0).rate().peak());
  }

  @Test
  void aByteOrderMarkIsNoField() {
    assertEquals(Recipe.parse(WHOLE, "mine"), Recipe.parse("\uFEFF" + WHOLE, "mine"));
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', textBlock = """
      batch: 32      | batch: many           | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: 32.5           | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: 032            | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: 0x20           | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: 99999999999    | WRONG_TYPE    | 3  | batch
      batch: 32      | batch:                | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: [32]           | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: {of: 32}       | WRONG_TYPE    | 3  | batch
      batch: 32      | batch: 0              | OUT_OF_RANGE  | 3  | batch
      batch: 32      | batch: -1             | OUT_OF_RANGE  | 3  | batch
      name: mine     | name: 12              | WRONG_TYPE    | 1  | name
      name: mine     | name: true            | WRONG_TYPE    | 1  | name
      name: mine     | name: My recipe       | OUT_OF_RANGE  | 1  | name
      model: resnet18 | model: resnet17      | OUT_OF_RANGE  | 2  | model
      epochs: 10     | epochs: 0             | OUT_OF_RANGE  | 6  | phases[0].epochs
      epochs: 10     | epohcs: 10            | UNKNOWN_FIELD | 6  | phases[0].epohcs
      kind: cosine   | kind: cosin           | WRONG_TYPE    | 8  | phases[0].rate.kind
      kind: cosine   | last: 0               | MISSING_FIELD | 8  | phases[0].rate.kind
      peak: 0.1      | peak: 0               | OUT_OF_RANGE  | 9  | phases[0].rate.peak
      peak: 0.1      | peak: 1e999           | OUT_OF_RANGE  | 9  | phases[0].rate.peak
      peak: 0.1      | peak: 1e99            | OUT_OF_RANGE  | 9  | phases[0].rate.peak
      peak: 0.1      | peak: .inf            | WRONG_TYPE    | 9  | phases[0].rate.peak
      peak: 0.1      | peak: .nan            | WRONG_TYPE    | 9  | phases[0].rate.peak
      peak: 0.1      | peak: 0x1p3           | WRONG_TYPE    | 9  | phases[0].rate.peak
      peak: 0.1      | peak: 1d              | WRONG_TYPE    | 9  | phases[0].rate.peak
      peak: 0.1      | high: 0.1             | UNKNOWN_FIELD | 9  | phases[0].rate.high
      {kind: sgd}    | {kind: sgd, momentum: 1} | OUT_OF_RANGE | 10 | optimizer.momentum
      {kind: sgd}    | {kind: sgd, nesterov: yes} | WRONG_TYPE | 10 | optimizer.nesterov
      {kind: sgd}    | {kind: sgd, nesterov: True} | WRONG_TYPE | 10 | optimizer.nesterov
      {kind: sgd}    | {kind: sgd, nesterov: 1} | WRONG_TYPE | 10 | optimizer.nesterov
      {kind: sgd}    | rmsprop               | WRONG_TYPE    | 10 | optimizer
      {kind: sgd}    | [sgd]                 | WRONG_TYPE    | 10 | optimizer
      {kind: sgd}    | {momentum: 0.9}       | MISSING_FIELD | 10 | optimizer.kind
      """, delimiter = '|')
  void aWrongValueIsToldWithItsLine(String from, String to, Reason reason, int line, String field) {
    refusedWith(from, to, reason, line, field);
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', textBlock = """
      accumulate: 33                          | OUT_OF_RANGE  | accumulate
      labelSmoothing: -0.0                    | OUT_OF_RANGE  | labelSmoothing
      labelSmoothing: 1                       | OUT_OF_RANGE  | labelSmoothing
      stochasticDepth: 1.5                    | OUT_OF_RANGE  | stochasticDepth
      clipNorm: 0                             | OUT_OF_RANGE  | clipNorm
      balance: even                           | WRONG_TYPE    | balance
      keep: BEST                              | WRONG_TYPE    | keep
      validation: {kind: share, share: 1}     | OUT_OF_RANGE  | validation.share
      validation: {kind: images, count: 0}    | OUT_OF_RANGE  | validation.count
      validation: none                        | OUT_OF_RANGE  | keep
      validation: images                      | MISSING_FIELD | validation.count
      weightDecay: 0.1                        | WRONG_TYPE    | weightDecay
      weightDecay: {factor: -1}               | OUT_OF_RANGE  | weightDecay.factor
      weightDecay: {factor: 1, decayed: some} | WRONG_TYPE    | weightDecay.decayed
      ema: {decay: 1}                         | OUT_OF_RANGE  | ema.decay
      ema: {decay: 0.9, everySteps: 0}        | OUT_OF_RANGE  | ema.everySteps
      patience: -1                            | OUT_OF_RANGE  | patience
      description: [a, b]                     | WRONG_TYPE    | description
      sources: here                           | WRONG_TYPE    | sources
      sources: [a, '']                        | OUT_OF_RANGE  | sources[1]
      variation: {crop: {kind: pad}}          | MISSING_FIELD | variation.crop.pixels
      variation: {crop: none, cutmix: -1}     | OUT_OF_RANGE  | variation.cutmix
      variation: {crop: {kind: none, by: 1}}  | UNKNOWN_FIELD | variation.crop.by
      variation: {randomErasing: 2}           | OUT_OF_RANGE  | variation.randomErasing
      variation: {colourJitter: {hue: 1}}     | OUT_OF_RANGE  | variation.colourJitter.hue
      variation: {trivialAugment: true, randAugment: {}} | OUT_OF_RANGE | variation.trivialAugment
      """, delimiter = '|')
  void aWrongFieldIsToldWithItsPath(String line, Reason reason, String field) {
    boolean chosenByTest = line.equals("validation: none");
    refused(WHOLE + line + "\n", reason, chosenByTest ? 1 : 11, field);
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', textBlock = """
      iterations: 0                | OUT_OF_RANGE | phases[0].iterations
      wholeEpochs: true            | OUT_OF_RANGE | phases[0].wholeEpochs
      frozenThrough: ''            | OUT_OF_RANGE | phases[0].frozenThrough
      rateFalloff: 2               | OUT_OF_RANGE | phases[0].rateFalloff
      """, delimiter = '|')
  void aWrongPhaseIsToldWithItsNumber(String field, Reason reason, String path) {
    refusedWith("    epochs: 10\n", "    epochs: 10\n    " + field + "\n", reason, 7, path);
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', textBlock = """
      {kind: cosine, peak: 1, last: 2}                                          | OUT_OF_RANGE | .last
      {kind: cosine, peak: 1, warmUp: 5}                                        | WRONG_TYPE   | .warmUp
      {kind: cosine, peak: 1, warmUp: {length: 5}}                              | WRONG_TYPE   | .warmUp.length
      {kind: cosine, peak: 1, warmUp: {length: 5 hours}}                        | WRONG_TYPE   | .warmUp.length
      {kind: cosine, peak: 1, warmUp: {length: 1.5 iterations}}                 | OUT_OF_RANGE | .warmUp.length
      {kind: cosine, peak: 1, warmUp: {length: 101 percent}}                    | OUT_OF_RANGE | .warmUp.length
      {kind: cosine, peak: 1, warmUp: {length: 5 epochs, startFactor: 0}}       | OUT_OF_RANGE | .warmUp.startFactor
      {kind: one_cycle, peak: 1, warmUpShare: 1}                                | OUT_OF_RANGE | .warmUpShare
      {kind: one_cycle, peak: 1, startDivisor: 0}                               | OUT_OF_RANGE | .startDivisor
      {kind: multi_step, peak: 1, at: []}                                       | OUT_OF_RANGE | .at
      {kind: multi_step, peak: 1, at: [2 epochs, 1 epoch]}                      | OUT_OF_RANGE | .at[1]
      {kind: multi_step, peak: 1, at: [100]}                                    | WRONG_TYPE   | .at[0]
      {kind: multi_step, peak: 1, factor: 2, at: [1 epoch]}                     | OUT_OF_RANGE | .factor
      """, delimiter = '|')
  void aWrongRateIsToldWithItsPath(String rate, Reason reason, String path) {
    refused(WHOLE.replace("rate:\n      kind: cosine\n      peak: 0.1", "rate: " + rate), reason, 7,
        "phases[0].rate" + path);
  }

  @Test
  void theNearestNamesAreTold() {
    RecipeException field = refused(WHOLE + "labelSmothing: 0.1\n", Reason.UNKNOWN_FIELD, 11, "labelSmothing");
    assertTrue(field.expected().contains("nearest: labelSmoothing"), field.getMessage());
    RecipeException model = refusedWith("resnet18", "resnet5O", Reason.OUT_OF_RANGE, 2, "model");
    assertTrue(model.expected().contains("resnet50"), model.getMessage());
    RecipeException recipe = assertThrows(RecipeException.class, () -> Recipe.named("cifar10-fst"));
    assertEquals(Reason.UNKNOWN_RECIPE, recipe.reason());
    assertTrue(recipe.expected().contains("nearest: cifar10-fast"), recipe.getMessage());
    assertThrows(RecipeException.class, () -> Recipe.named("../recipes/cifar10-fast"));
  }

  @Test
  void aMissingFieldIsTold() {
    refusedWith("batch: 32\n", "", Reason.MISSING_FIELD, 1, "batch");
    refusedWith("      peak: 0.1\n", "", Reason.MISSING_FIELD, 8, "phases[0].rate.peak");
  }

  @Test
  void aFieldComesOnce() {
    refused(WHOLE + "batch: 64\n", Reason.FIELD_TWICE, 11, "batch");
    refusedWith("epochs: 10\n", "epochs: 10\n    epochs: 10\n", Reason.FIELD_TWICE, 7, "phases[0].epochs");
  }

  @Test
  void referencesAndTagsAreRefused() {
    refusedWith("batch: 32", "batch: &size 32\npatience: *size", Reason.REFERENCE, 4, "patience");
    refused("a: &a [x, x]\nb: [*a, *a]\n", Reason.REFERENCE, 2, "b[0]");
    refused("b: *a\n", Reason.REFERENCE, 1, "b");
    refusedWith("batch: 32", "batch: !!int 32", Reason.REFERENCE, 3, "batch");
    refusedWith("optimizer: {", "optimizer: !!java.net.URL {", Reason.REFERENCE, 10, "optimizer");
    refused("!!javax.script.ScriptEngineManager [x]\n", Reason.REFERENCE, 1, "");
  }

  @Test
  void whatIsntOneYamlDocumentIsRefused() {
    refused("", Reason.SYNTAX, 0, "");
    refused("# nothing\n", Reason.SYNTAX, 0, "");
    refusedWith("  - name: all", "\t- name: all", Reason.SYNTAX, 5, "");
    refusedWith("{kind: sgd}", "{kind: sgd", Reason.SYNTAX, 11, "");
    refused(WHOLE + "---\n" + WHOLE, Reason.SYNTAX, 12, "");
    refused("[1, 2]", Reason.WRONG_TYPE, 1, "");
    refused("recipe", Reason.WRONG_TYPE, 1, "");
  }

  @Test
  void depthAndLengthAreBounded() {
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
      assertEquals(Reason.SYNTAX, assertThrows(RecipeException.class,
          () -> Recipe.parse("[".repeat(60_000), "deep")).reason());
      assertEquals(Reason.SYNTAX, assertThrows(RecipeException.class,
          () -> Recipe.parse("- ".repeat(30_000), "deep")).reason());
      refused("a".repeat(64 << 10) + "b: 1", Reason.TOO_LARGE, 0, "");
      assertEquals(Reason.UNKNOWN_FIELD, assertThrows(RecipeException.class,
          () -> Recipe.parse("? " + "a".repeat(60_000) + "\n: 1", "long")).reason());
    });
  }

  @Test
  void aFileIsReadOrRefused() throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, WHOLE);
    assertEquals(Recipe.parse(WHOLE, "mine"), Recipe.read(file));
    readRefused(folder.resolve("none.yaml"), Reason.UNREADABLE);
    readRefused(folder, Reason.UNREADABLE);
    Files.write(file, (WHOLE + "description: Gr\u00fcn\n").getBytes(StandardCharsets.ISO_8859_1));
    readRefused(file, Reason.NOT_TEXT);
    Files.writeString(file, WHOLE + "#".repeat(64 << 10));
    readRefused(file, Reason.TOO_LARGE);
    Files.writeString(file, WHOLE + "patience: -1\n");
    assertEquals(11, readRefused(file, Reason.OUT_OF_RANGE).line().orElseThrow());
  }

  private static RecipeException readRefused(Path file, Reason reason) {
    RecipeException refused = assertThrows(RecipeException.class, () -> Recipe.read(file));
    assertEquals(reason, refused.reason(), refused.getMessage());
    assertEquals(file.toString(), refused.where().orElseThrow());
    return refused;
  }

  @Test
  void aProgramsMistakeHasTheSameType() {
    RecipeException refused = assertThrows(RecipeException.class, () -> Phase.of("all", 0,
        new Rate.Constant(0.1, Optional.empty())));
    assertEquals("Recipe, epochs: expected a whole number from 1 to 100000, found 0. Correct the value.",
        refused.getMessage());
    assertThrows(RecipeException.class, () -> Recipe.named("adam-simple").withPhases(List.of()));
  }
}
