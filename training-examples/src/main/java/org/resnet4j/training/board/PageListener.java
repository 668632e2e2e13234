package org.resnet4j.training.board;

import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.impl.DefaultStatsUpdateConfiguration;

/** Deeplearning4j's {@code StatsListener} without its ear for activations, for which the engine would stand aside. */
final class PageListener extends BaseTrainingListener {
  private final StatsListener statistics;

  PageListener(StatsStorageRouter router, String run, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("Steps between reports are 1 or more; found " + steps + ".");
    }
    // Gradients aren't drawn but beside activations; with collectStdevGradients, M2.1 collects histograms of them, too.
    statistics = new StatsListener(router, null, new DefaultStatsUpdateConfiguration.Builder()
        .reportingFrequency(steps)
        .collectHistogramsActivations(false).collectMeanActivations(false).collectStdevActivations(false)
        .collectMeanMagnitudesActivations(false)
        .collectHistogramsGradients(false).collectMeanGradients(false).collectStdevGradients(false)
        .collectMeanMagnitudesGradients(false)
        .collectMeanParameters(false).collectMeanUpdates(false).collectStdevParameters(false)
        .build(), run, null);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    statistics.iterationDone(model, iteration, epoch);
  }
}
