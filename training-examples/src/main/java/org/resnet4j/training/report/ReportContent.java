package org.resnet4j.training.report;

import java.util.List;
import java.util.Map;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;

/**
 * All that a report shows. Strings may come from strangers' file names: the page escapes every one.
 *
 * @param title the page's heading
 * @param summary one sentence below it
 * @param epochs the completed epochs, one or more
 * @param best the epoch whose weights were kept
 * @param evaluatedOn which images the evaluation is of, such as {@code "validation"}
 * @param evaluation the kept model's
 * @param mistakes the worst first
 * @param settings of the run, in the order to show
 * @param environment versions and machine, in the order to show
 * @param warnings sentences
 * @param badImages file to reason, in the order to show
 * @param extras what only some runs can show
 */
public record ReportContent(
    String title,
    String summary,
    List<EpochMetrics> epochs,
    EpochMetrics best,
    String evaluatedOn,
    Evaluation evaluation,
    List<ShownImage> mistakes,
    Map<String, String> settings,
    Map<String, String> environment,
    List<String> warnings,
    Map<String, String> badImages,
    ReportExtras extras) {

  /** Without extras. */
  public ReportContent(String title, String summary, List<EpochMetrics> epochs, EpochMetrics best, String evaluatedOn,
      Evaluation evaluation, List<ShownImage> mistakes, Map<String, String> settings, Map<String, String> environment,
      List<String> warnings, Map<String, String> badImages) {
    this(title, summary, epochs, best, evaluatedOn, evaluation, mistakes, settings, environment, warnings, badImages,
        ReportExtras.NONE);
  }
}
