package org.resnet4j.training.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.engine.EngineException;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.Library;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.engine.Precision;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Network;
import picocli.CommandLine.Option;

/** What a network is computed by and in which number type, of every command that runs or trains one. */
public class ComputeOptions {
  @Option(names = "--engine", paramLabel = "ENGINE",
      description = "What computes: onednn, the network compiled for this processor, or dl4j, Deeplearning4j itself"
          + " (default: onednn, or dl4j with a line that says why).")
  Engine engine;

  @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "float32",
      description = "Number type of --engine onednn: float32; bfloat16, which keeps 8 bits of significand; or auto,"
          + " bfloat16 where the processor has instructions for it.")
  Precision precision;

  /**
   * What was taken.
   *
   * @param options for engines that have any
   */
  public record Chosen(Engine engine, EngineOptions options) {
    /** The same with so many threads that compute; null: as many as OpenMP has. */
    Chosen withThreads(Integer threads) {
      return threads == null ? this : new Chosen(engine, options.withThreads(threads));
    }

    /** The graph ready to be run, as it is now. */
    Network open(ComputationGraph graph) {
      return engine.open(graph, options);
    }

    /** The graph ready to be trained; it may be a new one, which has taken over the given one's parameters. */
    ComputationGraph trained(ComputationGraph graph) {
      return engine.trained(graph, options);
    }

    /** The number type that is computed in, of this processor where it chooses. */
    public Precision type() {
      return engine == Engine.DL4J ? Precision.FLOAT32 : ComputeOptions.type(options.precision());
    }

    /** As a report tells it. */
    @Override
    public String toString() {
      return engine + ", " + Engine.word(type());
    }
  }

  /** @throws CommandException if the options contradict each other; called before anything slow */
  public void check() {
    check(engine == null ? Set.of(Engine.values()) : Set.of(engine), Set.of(precision));
  }

  /** @throws CommandException if there are types that none of the engines has */
  static void check(Collection<Engine> engines, Collection<Precision> precisions) {
    if (!engines.contains(Engine.ONEDNN) && precisions.contains(Precision.BFLOAT16)) {
      throw new CommandException(ExitCode.USAGE,
          "--precision bfloat16 is for --engine onednn; Deeplearning4j computes in float32.");
    }
  }

  /** Options that say oneDNN and no other, as the user would type them. */
  List<String> oneDnnOnly() {
    List<String> asked = new ArrayList<>();
    if (engine == Engine.ONEDNN) {
      asked.add("--engine " + engine);
    }
    if (precision == Precision.BFLOAT16) {
      asked.add("--precision " + Engine.word(precision));
    }
    return asked;
  }

  /** The options for another command line, as far as they were given. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (engine != null) {
      arguments.addAll(List.of("--engine", engine.toString()));
    }
    if (precision != Precision.FLOAT32) {
      arguments.addAll(List.of("--precision", Engine.word(precision)));
    }
    return arguments;
  }

  /** How the engine is to compute. */
  EngineOptions options() {
    return EngineOptions.standard().withPrecision(precision);
  }

  /**
   * What to compute with here. Where the engine that is taken by default can't be used, says so in a line.
   *
   * @throws CommandException if what the user asked for can't be had here
   */
  public Chosen choose(PrintStream err) {
    check();
    if (engine == Engine.DL4J) {
      return new Chosen(engine, options());
    }
    if (OneDnn.unavailable().isPresent()) {
      return withoutOneDnn(OneDnn.unavailable().get(), err);
    }
    return new Chosen(Engine.ONEDNN, options());
  }

  /** Says so where what was taken is slower than it could be. */
  void warnOfSlowness(Chosen chosen, PrintStream err) {
    if (chosen.engine == Engine.ONEDNN && precision == Precision.BFLOAT16 && !OneDnn.library().fastBfloat16()) {
      err.println(slowBfloat16() + " It computes by way of float32, more slowly than --precision float32.");
    }
  }

  /**
   * The network ready to be run.
   *
   * @throws CommandException if what the user asked for can't be had here
   * @see #choose
   */
  Network open(ComputationGraph graph, PrintStream err) {
    Chosen chosen = choose(err);
    Network network;
    try {
      network = chosen.open(graph);
    } catch (EngineException.Unavailable e) {
      return withoutOneDnn(e.getMessage(), err).open(graph);
    }
    warnOfSlowness(chosen, err);
    return network;
  }

  /**
   * What computes where oneDNN can't.
   *
   * @param reason why not
   * @throws CommandException if the user asked for what only oneDNN has
   */
  Chosen withoutOneDnn(String reason, PrintStream err) {
    refuse(reason);
    err.println(Printable.of("Computing on Deeplearning4j alone: " + reason));
    return new Chosen(Engine.DL4J, options());
  }

  /**
   * What to do where oneDNN can't compute.
   *
   * @throws CommandException if the user asked for what only oneDNN has
   */
  void refuse(String reason) {
    oneDnnOnly().stream().findFirst().ifPresent(asked -> {
      throw new CommandException(ExitCode.FAILURE, asked + " can't be had: " + reason);
    });
  }

  /** The type that is computed in here. */
  static Precision type(Precision asked) {
    return asked != Precision.AUTO ? asked
        : OneDnn.library().fastBfloat16() ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  /** For processors without {@link Library#fastBfloat16}. */
  static String slowBfloat16() {
    return "This processor (" + OneDnn.library().instructions() + ") has no instructions for bfloat16.";
  }
}
