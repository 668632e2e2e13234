package org.resnet4j.spark.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.resnet4j.spark.cluster.Diagnosis;
import org.resnet4j.spark.cluster.JarNatives;
import org.resnet4j.spark.cluster.RollCall;
import org.resnet4j.spark.cluster.WorkerTable;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.cli.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Has each executor tell what it computes on and with, and says what is wrong. */
@Command(name = "doctor",
    description = "Ask every executor for processor, native libraries, threads and memory, and say what is wrong.")
public final class DoctorCommand implements Callable<Integer> {
  @ParentCommand
  private SparkMain program;

  @Option(names = "--executors", paramLabel = "N", defaultValue = "0",
      description = "Wait for so many (0: spark.executor.instances if set, else until no more come).")
  private int executors;

  @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60",
      description = "How long to wait for executors.")
  private int wait;

  /** Returns 0 if every executor can compute and is allowed the memory that it takes. */
  @Override
  public Integer call() {
    if (executors < 0 || wait < 1) {
      throw new CommandException(ExitCode.USAGE, "--executors can't be negative, and --wait is one second at least.");
    }
    try (JavaSparkContext spark = program.connect("resnet4j doctor")) {
      int expected = executors > 0 ? executors : spark.getConf().getInt("spark.executor.instances", 0);
      RollCall call = RollCall.of(spark, expected, Duration.ofSeconds(wait));
      Diagnosis diagnosis = Diagnosis.of(call, JarNatives.platform(), spark.getConf());
      PrintStream out = program.out();
      int count = call.reports().size();
      out.println("Spark " + spark.version() + ", " + spark.master() + ": " + count
          + (count == 1 ? " executor" : " executors") + ", spark.task.cpus is "
          + spark.getConf().get("spark.task.cpus", "1") + ".");
      WorkerTable.of(call.reports()).forEach(line -> out.println(Printable.of(line)));
      diagnosis.warnings().forEach(warning -> out.println("Warning: " + Printable.of(warning)));
      Stream.concat(diagnosis.unable().stream(), diagnosis.faults().stream())
          .forEach(fault -> out.println("Fault: " + Printable.of(fault)));
      if (diagnosis.sound()) {
        out.println("All of them can compute.");
      }
      return (diagnosis.sound() ? ExitCode.OK : ExitCode.FAILURE).code();
    } catch (RollCall.AbsentException e) {
      throw new CommandException(ExitCode.FAILURE, e.getMessage());
    }
  }
}
