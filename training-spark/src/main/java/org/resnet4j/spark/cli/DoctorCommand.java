package org.resnet4j.spark.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.time.Duration;
import java.util.Enumeration;
import java.util.concurrent.Callable;
import java.util.jar.Manifest;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.Loader;
import org.resnet4j.spark.cluster.Diagnosis;
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
      Diagnosis diagnosis = Diagnosis.of(call, jarsNatives(), spark.getConf());
      PrintStream out = program.out();
      int count = call.reports().size();
      out.println("Spark " + spark.version() + ", " + spark.master() + ": " + count
          + (count == 1 ? " executor" : " executors") + ", spark.task.cpus is "
          + spark.getConf().get("spark.task.cpus", "1") + ".");
      WorkerTable.of(call.reports()).forEach(line -> out.println(Printable.of(line)));
      diagnosis.warnings().forEach(warning -> out.println("Warning: " + Printable.of(warning)));
      diagnosis.faults().forEach(fault -> out.println("Fault: " + Printable.of(fault)));
      if (diagnosis.faults().isEmpty()) {
        out.println("All of them can compute.");
      }
      return (diagnosis.faults().isEmpty() ? ExitCode.OK : ExitCode.FAILURE).code();
    } catch (RollCall.AbsentException e) {
      throw new CommandException(ExitCode.FAILURE, e.getMessage());
    }
  }

  /** The platform that the jar's manifest tells; this machine's where the program isn't run from one jar. */
  private static String jarsNatives() {
    try {
      Enumeration<URL> manifests = DoctorCommand.class.getClassLoader().getResources("META-INF/MANIFEST.MF");
      while (manifests.hasMoreElements()) {
        try (InputStream in = manifests.nextElement().openStream()) {
          String natives = new Manifest(in).getMainAttributes().getValue("Natives-Platform");
          if (natives != null) {
            return natives;
          }
        }
      }
    } catch (IOException e) {
      // What can't be read can't be told; the sentence that needs it is about other machines.
    }
    return Loader.getPlatform();
  }
}
