package org.resnet4j.benchmarks.worker;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;

/** A line that a worker says. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Reply.First.class, name = "first"),
    @JsonSubTypes.Type(value = Reply.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = Reply.Round.class, name = "round"),
    @JsonSubTypes.Type(value = Reply.Failed.class, name = "failed")})
public sealed interface Reply {
  /**
   * The first result is there and written.
   *
   * @param compileSeconds from the network in memory until its first result: what is compiled lazily counts
   * @param versions of what computes
   */
  record First(double compileSeconds, Map<String, String> versions) implements Reply {}

  /** The worker is warm, and its last result written: compilers go on after the first call. */
  record Ready() implements Reply {}

  /** @param nanos each call's */
  record Round(long[] nanos) implements Reply {}

  /** The worker ends now. */
  record Failed(String reason) implements Reply {}
}
