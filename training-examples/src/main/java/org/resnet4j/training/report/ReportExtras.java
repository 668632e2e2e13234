package org.resnet4j.training.report;

import java.util.List;
import java.util.Optional;

/**
 * What only some runs can show.
 *
 * @param recipe the run's recipe, the text of its file
 * @param examples images that the net got right, such as one of each class; of more than {@value #MOST_EXAMPLES} the
 *     page shows the first ones
 */
public record ReportExtras(Optional<String> recipe, List<ShownImage> examples) {
  /** How many right images a page shows: what takes more time and space than anybody looks at. */
  public static final int MOST_EXAMPLES = 48;
  public static final ReportExtras NONE = new ReportExtras(Optional.empty(), List.of());

  public ReportExtras {
    examples = List.copyOf(examples);
  }
}
