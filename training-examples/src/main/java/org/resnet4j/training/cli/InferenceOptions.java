package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.EngineException;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.Library;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.training.loop.Network;
import picocli.CommandLine.Option;

/** What a network is computed by and in which number type, of every command that only infers. */
final class InferenceOptions {
  @Option(names = "--engine", paramLabel = "ENGINE",
      description = "What computes: onednn, the network compiled for this processor, or dl4j, Deeplearning4j itself"
          + " (default: onednn, or dl4j with a line that says why).")
  Engine engine;

  @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "float32",
      description = "Number type of --engine onednn: float32; bfloat16, which keeps 8 bits of significand; or auto,"
          + " bfloat16 where the processor has instructions for it.")
  Precision precision;

  /** @throws CommandException if the options contradict each other; called before anything slow */
  void check() {
    check(engine == null ? Set.of(Engine.values()) : Set.of(engine), Set.of(precision));
  }

  /** @throws CommandException if there are types that none of the engines has */
  static void check(Collection<Engine> engines, Collection<Precision> precisions) {
    if (!engines.contains(Engine.ONEDNN) && precisions.contains(Precision.BFLOAT16)) {
      throw new CommandException(ExitCode.USAGE,
          "--precision bfloat16 is for --engine onednn; Deeplearning4j computes in float32.");
    }
  }

  /**
   * The network ready to be run. Where the engine that is taken by default can't be used, says so in a line.
   *
   * @throws CommandException if what the user asked for can't be had here
   */
  Network open(ComputationGraph graph, PrintStream err) {
    check();
    Engine chosen = engine == null ? Engine.ONEDNN : engine;
    Network network;
    try {
      network = chosen.open(graph, EngineOptions.standard().withPrecision(precision));
    } catch (EngineException.Unavailable e) {
      return withoutOneDnn(e.getMessage(), err).open(graph, EngineOptions.standard());
    }
    if (precision == Precision.BFLOAT16 && !OneDnn.library().fastBfloat16()) {
      err.println(slowBfloat16() + " It computes by way of float32, more slowly than --precision float32.");
    }
    return network;
  }

  /**
   * What computes where oneDNN can't.
   *
   * @param reason why not
   * @throws CommandException if the user asked for what only oneDNN has
   */
  private Engine withoutOneDnn(String reason, PrintStream err) {
    if (engine != null || precision == Precision.BFLOAT16) {
      throw new CommandException(ExitCode.FAILURE,
          (engine != null ? "--engine " + engine : "--precision bfloat16") + " can't be had: " + reason);
    }
    err.println(Printable.of("Computing on Deeplearning4j alone: " + reason));
    return Engine.DL4J;
  }

  /** For processors without {@link Library#fastBfloat16}. */
  static String slowBfloat16() {
    return "This processor (" + OneDnn.library().instructions() + ") has no instructions for bfloat16.";
  }
}
