package org.resnet4j.modelimport.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.resnet4j.modelimport.model.Compilation;
import org.resnet4j.modelimport.model.Compilation.LearningRate;
import org.resnet4j.modelimport.model.Compilation.Loss;
import org.resnet4j.modelimport.model.Compilation.LossFunction;
import org.resnet4j.modelimport.model.Compilation.OptimizerKind;

/** Texts as Keras 2.2.4, tf-keras 2.21 and Keras 3.15 wrote them, without what is never looked at. */
class CompilationReaderTest {
  private final List<String> notes = new ArrayList<>();

  @Test
  void readsLossesInEveryForm() {
    Loss plain = new Loss(LossFunction.CATEGORICAL_CROSSENTROPY, false, 0);
    for (String loss : List.of("'categorical_crossentropy'", "{'head': 'categorical_crossentropy'}",
        "['categorical_crossentropy']", "{'module': 'builtins', 'class_name': 'function', 'config': "
            + "'categorical_crossentropy', 'registered_name': 'function'}",
        "{'class_name': 'CategoricalCrossentropy', 'config': {'reduction': 'auto'}}")) {
      assertEquals(Optional.of(plain), read("{'optimizer': 'adam', 'loss': " + loss + "}").loss(), loss);
    }
    assertEquals(new Loss(LossFunction.SPARSE_CATEGORICAL_CROSSENTROPY, true, 0),
        read("{'optimizer': 'adam', 'loss': {'class_name': "
            + "'SparseCategoricalCrossentropy', 'config': {'from_logits': true, 'ignore_class': null}}}").loss().get());
    assertEquals(new Loss(LossFunction.CATEGORICAL_CROSSENTROPY, false, 0.1),
        read("{'optimizer': 'adam', 'loss': {'class_name': "
            + "'CategoricalCrossentropy', 'config': {'label_smoothing': 0.1, 'axis': -1}}}").loss().get());
    assertTrue(notes.isEmpty(), notes.toString());
  }

  @Test
  void notesThatTheFileDoesNotTellTheOptimizer() {
    assertEquals(Optional.empty(), read("{'loss': 'mse'}").optimizer());
    assertEquals(1, notes.size());
  }

  @Test
  void notesALossThatIsNotKnown() {
    for (String loss : List.of("'<lambda>'", "{'class_name': '__lambda__', 'config': {'value': ['4wI=', null, null]}}",
        "{'class_name': 'Huber', 'config': {}}", "{'a': 'mse', 'b': 'mse'}")) {
      notes.clear();
      assertEquals(Optional.empty(), read("{'optimizer': 'adam', 'loss': " + loss + "}").loss(), loss);
      assertEquals(1, notes.size(), loss);
    }
  }

  @Test
  void readsOptimizersOfEveryVersion() {
    var old = read("{'optimizer_config': {'class_name': 'SGD', 'config': {'lr': 0.1, 'momentum': 0.9, 'decay': 0.0, "
        + "'nesterov': true}}}").optimizer().get();
    assertEquals(OptimizerKind.SGD, old.kind());
    assertEquals(new LearningRate.Constant(0.1), old.learningRate());
    assertEquals(Map.of("momentum", 0.9, "nesterov", 1.0), old.settings());
    var custom = read("{'optimizer_config': {'class_name': 'Custom>Adam', 'config': {'learning_rate': 0.001, "
        + "'beta_1': 0.8, 'epsilon': null, 'amsgrad': true, 'weight_decay': null}}}").optimizer().get();
    assertEquals(OptimizerKind.ADAM, custom.kind());
    assertEquals(Map.of("beta_1", 0.8, "beta_2", 0.999, "epsilon", 1e-7, "amsgrad", 1.0), custom.settings());
    var scaled = read("{'optimizer': {'class_name': 'LossScaleOptimizerV3', 'config': {'inner_optimizer': "
        + "{'class_name': 'AdamW', 'config': {'weight_decay': 0.01}}}}}").optimizer().get();
    assertEquals(OptimizerKind.ADAMW, scaled.kind());
    assertEquals(0.01, scaled.settings().get("weight_decay"));
    assertTrue(notes.isEmpty(), notes.toString());
  }

  @Test
  void readsSchedulesAndNotesTheRest() {
    assertEquals(new LearningRate.Exponential(0.1, 100, 0.9, true), rate("ExponentialDecay",
        "'initial_learning_rate': 0.1, 'decay_steps': 100, 'decay_rate': 0.9, 'staircase': true"));
    assertEquals(new LearningRate.Piecewise(List.of(10.0, 20.0), List.of(0.1, 0.01, 0.001)),
        rate("PiecewiseConstantDecay", "'boundaries': [10, 20], 'values': [0.1, 0.01, 0.001]"));
    assertTrue(notes.isEmpty(), notes.toString());
    assertEquals(new LearningRate.Constant(0.1), rate("CosineDecay", "'initial_learning_rate': 0.1"));
    assertEquals(1, notes.size());
    read("{'optimizer_config': {'class_name': 'SGD', 'config': {'lr': 0.1, 'decay': 1e-4, 'clipnorm': 1.0}}}");
    assertEquals(3, notes.size());
    assertEquals(Optional.empty(), read("{'optimizer': 'ftrl'}").optimizer());
    assertEquals(Optional.empty(), read("{'optimizer': {'class_name': 'SGD', 'config': {'lr': NaN}}}").optimizer());
    assertEquals(5, notes.size());
  }

  private LearningRate rate(String schedule, String settings) {
    return read("{'optimizer_config': {'class_name': 'Adam', 'config': {'learning_rate': {'class_name': '" + schedule
        + "', 'config': {" + settings + "}}}}}").optimizer().get().learningRate();
  }

  private Compilation read(String text) {
    return new CompilationReader(notes).read(ConfigurationJson.parse(text.replace('\'', '"'), "compilation"))
        .orElseThrow();
  }
}
