package org.resnet4j.spark.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;

/**
 * What workers have to be told before there are any: how many threads a task's natives may use, and how much memory may
 * be taken off the heap. A program calls {@link #complete} before it makes its context.
 *
 * <p>What the user (or the cluster's {@code spark-defaults.conf}) has set is left as it is, but for a serializer that
 * can't do it; where that will hurt, a warning says so.
 */
public final class ClusterSettings {
  private static final String CORES_OF_TASK = "spark.task.cpus";
  private static final String MEMORY = "spark.executor.memory";
  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final String OVERHEAD_FACTOR = "spark.executor.memoryOverheadFactor";
  private static final String OPTIONS = "spark.executor.extraJavaOptions";
  private static final String DEFAULT_OPTIONS = "spark.executor.defaultJavaOptions";
  private static final String SERIALIZER = "spark.serializer";
  private static final String JAVA_SERIALIZER = "org.apache.spark.serializer.JavaSerializer";
  private static final String ENVIRONMENT = "spark.executorEnv.";
  private static final String THREADS = "OMP_NUM_THREADS";
  private static final String MAX_BYTES = "org.bytedeco.javacpp.maxbytes";
  private static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxphysicalbytes";
  private static final long MIB = 1L << 20;

  /** As {@code resnet4j} has them: threads that spin for long while they wait starve those that decode images. */
  private static final Map<String, String> WAITING = Map.of("OMP_WAIT_POLICY", "PASSIVE", "GOMP_SPINCOUNT", "10000");

  /** The flags of {@code resnet4j}'s {@code jvm.options} that aren't about memory. */
  private static final Map<String, String> PROPERTIES = properties();

  private final SparkConf conf;
  private final List<String> warnings = new ArrayList<>();

  private ClusterSettings(SparkConf conf) {
    this.conf = conf;
  }

  /**
   * Sets what workers need, unless it is set.
   *
   * @param conf as {@code spark-submit} gave it; it is changed
   * @return a sentence for each of the user's values that will hurt
   */
  public static List<String> complete(SparkConf conf) {
    ClusterSettings settings = new ClusterSettings(conf);
    settings.threads();
    settings.memory();
    settings.serializer();
    // It protects the driver's heap, which a training counts itself; Spark's standard ends a round of ten ResNet-50s.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    return List.copyOf(settings.warnings);
  }

  /**
   * Sets the limits of this process's memory off the heap, unless they are set, for the driver's part of the work. Call
   * it before any class of ND4J's or JavaCPP's is used: they look once.
   */
  public static void limitDriver(SparkConf conf) {
    long heap = Runtime.getRuntime().maxMemory();
    boolean inContainer = conf.get("spark.submit.deployMode", "client").equals("cluster");
    MemoryLimits limits = inContainer
        ? new MemoryLimits(heap, driverOverhead(conf, heap)) : MemoryLimits.ofHeap(heap);
    Map<String, String> wanted = new LinkedHashMap<>(PROPERTIES);
    wanted.put(MAX_BYTES, Long.toString(limits.offHeap()));
    wanted.put(MAX_PHYSICAL_BYTES, Long.toString(limits.process()));
    wanted.forEach((name, value) -> {
      if (System.getProperty(name) == null) {
        System.setProperty(name, value);
      }
    });
  }

  /** Whether tasks run in this process, which then is the one to be told. */
  static boolean local(SparkConf conf) {
    return conf.get("spark.master", "").startsWith("local") && !conf.get("spark.master", "").startsWith("local-");
  }

  /** The memory that an executor may take, as Spark asks the cluster's manager for it. */
  static MemoryLimits executorMemory(SparkConf conf) {
    long heap = conf.getSizeAsMb(MEMORY, "1g") * MIB;
    if (conf.contains(OVERHEAD)) {
      return new MemoryLimits(heap, conf.getSizeAsMb(OVERHEAD) * MIB);
    }
    if (conf.contains(OVERHEAD_FACTOR)) {
      return new MemoryLimits(heap, sparksOverhead(conf.getDouble(OVERHEAD_FACTOR, 0), heap));
    }
    return MemoryLimits.ofHeap(heap);
  }

  private void threads() {
    String cores = conf.get(CORES_OF_TASK, "1");
    String chosen = conf.get(ENVIRONMENT + THREADS, cores);
    if (!chosen.equals(cores)) {
      warnings.add(ENVIRONMENT + THREADS + " is " + chosen + ", but a task has " + cores + " (" + CORES_OF_TASK
          + "): tasks take cores from one another, or leave them idle. Set " + CORES_OF_TASK
          + " alone; threads follow it.");
    }
    conf.setIfMissing(ENVIRONMENT + THREADS, cores);
    WAITING.forEach((name, value) -> conf.setIfMissing(ENVIRONMENT + name, value));
    if ("ACTIVE".equalsIgnoreCase(conf.get(ENVIRONMENT + "OMP_WAIT_POLICY"))) {
      warnings.add(ENVIRONMENT + "OMP_WAIT_POLICY is ACTIVE: threads that wait keep their cores busy, and decoding of"
          + " images waits for those. Leave it out.");
    }
    if (local(conf) && System.getenv(THREADS) == null) {
      warnings.add("Tasks run in this process (spark.master is " + conf.get("spark.master") + "), each on as many"
          + " threads as there are cores: start it with " + THREADS + "=" + cores + " in the environment.");
    }
  }

  private void memory() {
    MemoryLimits limits = executorMemory(conf);
    if (limits.cramped()) {
      warnings.add(String.format(Locale.ROOT, "Executors get %,d MB beside their heap, where networks live: too little"
          + " for most. Give --conf %s=%dm, or leave it out.", limits.overhead() / MIB, OVERHEAD,
          MemoryLimits.ofHeap(limits.heap()).overhead() / MIB));
    }
    if (!conf.contains(OVERHEAD_FACTOR)) {
      conf.setIfMissing(OVERHEAD, limits.overhead() / MIB + "m");
    }
    String users = conf.get(DEFAULT_OPTIONS, "") + " " + conf.get(OPTIONS, "");
    JavaOptions options = new JavaOptions(conf.get(OPTIONS, ""));
    Map<String, String> wanted = new LinkedHashMap<>(PROPERTIES);
    wanted.put(MAX_BYTES, limits.offHeap() / MIB + "m");
    wanted.put(MAX_PHYSICAL_BYTES, limits.process() / MIB + "m");
    wanted.forEach((name, value) -> {
      if (JavaOptions.property(users, name).isEmpty()) {
        options.with(name, value);
      }
    });
    conf.set(OPTIONS, options.toString());
    warnIfMore(users, MAX_BYTES, limits.offHeap(), limits);
    warnIfMore(users, MAX_PHYSICAL_BYTES, limits.process(), limits);
  }

  private void warnIfMore(String options, String name, long most, MemoryLimits limits) {
    Optional<Long> bytes = JavaOptions.property(options, name).flatMap(JavaOptions::bytes);
    if (bytes.isPresent() && bytes.get() > most) {
      long overhead = name.equals(MAX_BYTES) ? MemoryLimits.overheadFor(bytes.get()) : bytes.get() - limits.heap();
      warnings.add(String.format(Locale.ROOT, "%s allows %,d MB, but an executor has %,d MB of heap and %,d MB beside"
          + " it: the cluster's manager may end it before it runs out. Give --conf %s=%dm.", name, bytes.get() / MIB,
          limits.heap() / MIB, limits.overhead() / MIB, OVERHEAD, overhead / MIB));
    }
  }

  /** Java's own takes every class that says it may; Kryo, as Spark has it, takes no records. */
  private void serializer() {
    String chosen = conf.get(SERIALIZER, JAVA_SERIALIZER);
    if (!chosen.equals(JAVA_SERIALIZER)) {
      warnings.add(SERIALIZER + " is " + chosen + ", which can't read the records that tasks answer with: this program"
          + " takes Java's instead.");
    }
    conf.set(SERIALIZER, JAVA_SERIALIZER);
  }

  private static long driverOverhead(SparkConf conf, long heap) {
    return conf.contains("spark.driver.memoryOverhead") ? conf.getSizeAsMb("spark.driver.memoryOverhead") * MIB
        : sparksOverhead(conf.getDouble("spark.driver.memoryOverheadFactor", 0.1), heap);
  }

  private static long sparksOverhead(double factor, long heap) {
    return Math.max(384 * MIB, (long) (factor * heap));
  }

  private static Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("org.eclipse.deeplearning4j.helpers.disable", "false");
    properties.put("org.nd4j.log.initialization", "false");
    properties.put("java.awt.headless", "true");
    return properties;
  }
}
