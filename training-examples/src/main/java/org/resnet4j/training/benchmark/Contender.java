package org.resnet4j.training.benchmark;

import java.util.function.Supplier;
import org.resnet4j.training.loop.Network;

/**
 * One way to compute a network.
 *
 * @param engine its name
 * @param precision its number type's name
 * @param prepare makes the network ready
 */
public record Contender(String engine, String precision, Supplier<Network> prepare) {
  @Override
  public String toString() {
    return engine + " " + precision;
  }
}
