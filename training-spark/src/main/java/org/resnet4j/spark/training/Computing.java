package org.resnet4j.spark.training;

import java.io.Serializable;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.Precision;
import org.resnet4j.training.loop.Engine;

/**
 * What a worker computes with.
 *
 * @param precision of the engine's; not {@code AUTO} where workers' processors differ
 * @param threads that a worker computes and reads images with
 */
public record Computing(Engine engine, Precision precision, int threads) implements Serializable {
  /** For the engine. */
  public EngineOptions options() {
    return EngineOptions.standard().withPrecision(precision).withThreads(threads);
  }
}
