package org.resnet4j.testdata.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

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
  private static final String PROGRAM = "org.resnet4j.spark.cli.SparkMain";
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
    master = home.start(List.of(), folder.resolve("master"), SMALL, "org.apache.spark.deploy.master.Master",
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
    return start(folder, Collections.nCopies(workers, List.of()), cores);
  }

  /**
   * Starts a cluster whose workers are started by other commands.
   *
   * @param prefixes one a worker: what stands before its command, such as {@code taskset -c 1}; or nothing
   * @see #start(Path, int, int)
   */
  public static Cluster start(Path folder, List<List<String>> prefixes, int cores)
      throws IOException, InterruptedException {
    Cluster cluster = new Cluster(folder, cores);
    try {
      List<Jvm> starting = new ArrayList<>();
      for (List<String> prefix : prefixes) {
        starting.add(cluster.launchWorker(prefix));
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
    launchWorker(List.of()).await(REGISTERED, START);
  }

  private Jvm launchWorker(List<String> prefix) throws IOException {
    String name = "worker-" + started++;
    Jvm worker = home.start(prefix, folder.resolve(name), SMALL, "org.apache.spark.deploy.worker.Worker",
        List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", Integer.toString(cores),
            "--memory", "4g", "--work-dir", Files.createDirectories(folder.resolve(name + "-work")).toString(), url));
    workers.add(worker);
    return worker;
  }

  /** Submits {@code SparkMain} with arguments, and executors of 512 MB of heap. */
  public Submitted submit(String... arguments) throws IOException {
    return submit(Map.of(), arguments);
  }

  /**
   * Submits {@code SparkMain}.
   *
   * @param settings of {@code --conf}, e.g. {@code spark.task.cpus}
   */
  public Submitted submit(Map<String, String> settings, String... arguments) throws IOException {
    return submit(PROGRAM, Built.jar(), settings, arguments);
  }

  /**
   * Submits a program.
   *
   * @param mainClass in the jar
   * @param settings of {@code --conf}, beside or instead of those that all have
   */
  public Submitted submit(String mainClass, Path jar, Map<String, String> settings, String... arguments)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(Map.of("spark.ui.enabled", "false", "spark.driver.host", "127.0.0.1",
        "spark.executor.memory", "512m", "spark.executor.memoryOverhead", "1536m"));
    all.putAll(settings);
    List<String> command = new ArrayList<>(List.of("--master", url, "--class", mainClass));
    all.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
    command.add(jar.toString());
    command.addAll(List.of(arguments));
    Submitted program = new Submitted(home.start(List.of(), folder.resolve("program-" + programs.size()),
        List.of("-Xmx512m"), "org.apache.spark.deploy.SparkSubmit", command), this);
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
