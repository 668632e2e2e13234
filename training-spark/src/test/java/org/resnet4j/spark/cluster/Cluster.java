package org.resnet4j.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.resnet4j.spark.cli.SparkMain;

/**
 * A standalone cluster on the loopback interface: a master and workers, each a JVM of its own, with Spark's jars alone
 * on their class path. Programs are submitted as users submit them: the jar of this build, by {@code SparkSubmit}.
 *
 * <p>Ports are the system's choice, and nothing survives {@link #close} or this JVM.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  /** Of master and workers, which do little and are to start soon. */
  private static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  private final Path folder;
  private final SparkHome home;
  private final Jvm master;
  private final String url;
  private final List<Jvm> workers = new ArrayList<>();
  private final List<Submitted> programs = new ArrayList<>();
  private final int cores;
  private int started;

  private Cluster(Path folder, int cores) throws IOException, InterruptedException {
    this.folder = folder;
    this.cores = cores;
    home = SparkHome.in(folder.resolve("spark"));
    master = home.start(folder.resolve("master"), SMALL, "org.apache.spark.deploy.master.Master",
        List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    try {
      url = master.await(MASTER, START).group(1);
    } catch (AssertionError | InterruptedException e) {
      master.close();
      throw e;
    }
  }

  /**
   * Starts a cluster.
   *
   * @param folder for its logs and the workers' folders, e.g. a {@code @TempDir}
   * @param workers how many, each of which runs one executor of a program
   * @param cores of each
   */
  public static Cluster start(Path folder, int workers, int cores) throws IOException, InterruptedException {
    Cluster cluster = new Cluster(folder, cores);
    try {
      List<Jvm> starting = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        starting.add(cluster.launchWorker());
      }
      for (Jvm worker : starting) {
        worker.await(REGISTERED, START);
      }
      return cluster;
    } catch (IOException | InterruptedException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Adds a worker, e.g. in place of one that was killed. */
  public void addWorker() throws IOException, InterruptedException {
    launchWorker().await(REGISTERED, START);
  }

  private Jvm launchWorker() throws IOException {
    String name = "worker-" + started++;
    Jvm worker = home.start(folder.resolve(name), SMALL, "org.apache.spark.deploy.worker.Worker",
        List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", Integer.toString(cores),
            "--memory", "4g", "--work-dir", Files.createDirectories(folder.resolve(name + "-work")).toString(), url));
    workers.add(worker);
    return worker;
  }

  /** Submits {@link SparkMain} with arguments, and executors of 512 MB of heap. */
  public Submitted submit(String... arguments) throws IOException {
    return submit(Map.of(), arguments);
  }

  /**
   * Submits {@link SparkMain}.
   *
   * @param settings of {@code --conf}, e.g. {@code spark.task.cpus}
   */
  public Submitted submit(Map<String, String> settings, String... arguments) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(Map.of("spark.ui.enabled", "false", "spark.driver.host", "127.0.0.1",
        "spark.executor.memory", "512m", "spark.executor.memoryOverhead", "1536m"));
    all.putAll(settings);
    List<String> command = new ArrayList<>(List.of("--master", url, "--class", SparkMain.class.getName()));
    all.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
    command.add(Built.jar().toString());
    command.addAll(List.of(arguments));
    Submitted program = new Submitted(home.start(folder.resolve("program-" + programs.size()), List.of("-Xmx512m"),
        "org.apache.spark.deploy.SparkSubmit", command), this);
    programs.add(program);
    return program;
  }

  /** Kills a worker and the executors on it; the others are at {@link Submitted#killExecutor}'s mercy. */
  public void killWorker() {
    workers.remove(workers.size() - 1).close();
  }

  /** The executors of all programs. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(worker -> worker.process().descendants())
        .filter(handle -> handle.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .filter(ProcessHandle::isAlive).toList();
  }

  @Override
  public void close() throws IOException {
    programs.forEach(Submitted::close);
    workers.forEach(Jvm::close);
    master.close();
    home.close();
  }
}
