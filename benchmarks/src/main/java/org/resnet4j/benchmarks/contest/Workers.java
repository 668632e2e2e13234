package org.resnet4j.benchmarks.contest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.resnet4j.benchmarks.worker.Json;
import org.resnet4j.benchmarks.worker.Method;
import org.resnet4j.benchmarks.worker.NumberType;
import org.resnet4j.benchmarks.worker.Recipe;
import org.resnet4j.benchmarks.worker.Variant;
import org.resnet4j.benchmarks.worker.Worker;
import org.resnet4j.benchmarks.worker.WorkerTask;

/**
 * Starts workers, the Java ones as a user starts Java: with a class path and no flags. Those that wait for their turn
 * take no processor time (none of the libraries' threads spins for longer than milliseconds). If we are killed, so are
 * they.
 */
final class Workers implements AutoCloseable {
  /** The slowest contender's first result, or a compiler's work on the deepest network, takes minutes. */
  private static final long PATIENCE_SECONDS = 1800;
  private static final Pattern TUNING = Pattern.compile(
      "(OMP|GOMP|KMP|MKL|OPENBLAS|ONEDNN|DNNL|ORT|TORCH|TORCHINDUCTOR|ND4J)_.*|PYTHON.*|_JAVA_OPTIONS|JDK_JAVA_OPTIONS"
          + "|JAVA_TOOL_OPTIONS");

  private final PythonSide python;
  private final Pace pace;
  private final Path folder;
  private final Set<WorkerProcess> alive = ConcurrentHashMap.newKeySet();
  private final Thread atExit = new Thread(() -> alive.forEach(WorkerProcess::kill));
  private int count;

  /** @param folder that takes results and logs */
  Workers(PythonSide python, Pace pace, Path folder) {
    this.python = python;
    this.pace = pace;
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** The Java that runs this. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** A worker of its own for one variant of a contender; its results will be in {@link #output}. */
  WorkerProcess start(Contender contender, Variant variant, Setting setting, PreparedModel model) throws WorkerFailure {
    if (contender.type() == NumberType.INT8 && model.unquantized().isPresent()) {
      throw new WorkerFailure(model.unquantized().get());
    }
    InputTypeConvolutional image = model.image();
    int threads = setting.threads().count();
    String task = Json.write(new WorkerTask(setting.job(), contender.method(), contender.type(), variant,
        setting.model(), setting.batch(), threads, (int) image.getChannels(), (int) image.getHeight(),
        (int) image.getWidth(), model.files(), Recipe.of((int) image.getHeight()), setting.pipeline(),
        output(contender, variant, setting).toString(), pace.warmUpSeconds(), pace.roundSeconds()));
    List<String> command = new ArrayList<>();
    if (contender.method().torch()) {
      command.addAll(python.command("worker.py"));
    } else {
      command.add(java());
      if (contender.method() == Method.DL4J) {
        command.add("-D" + DL4JSystemProperties.DISABLE_HELPER_PROPERTY + "=true");
      }
      command.add(Worker.class.getName());
    }
    command.add(task);
    Path log = folder.resolve(name(contender, variant, setting) + ".log");
    WorkerProcess worker = new WorkerProcess(command, environment(threads), log, PATIENCE_SECONDS);
    alive.add(worker);
    return worker;
  }

  /** What the user set to tune others' threads or kernels would help one contender and hamper another. */
  private Map<String, String> environment(int threads) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> TUNING.matcher(name).matches());
    environment.put("OMP_NUM_THREADS", String.valueOf(threads));
    environment.put("CLASSPATH", System.getProperty("java.class.path"));
    // ONNX Runtime would send telemetry; and it overflows its stack where a command line is long (1.29.0).
    environment.put("ORT_DISABLE_TELEMETRY", "1");
    // What Inductor compiled before would hide what compiling costs.
    environment.put("TORCHINDUCTOR_CACHE_DIR", folder.resolve("inductor-" + count++).toString());
    environment.put("TORCHINDUCTOR_COMPILE_THREADS", String.valueOf(threads));
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    return environment;
  }

  /** Where a worker writes its results. */
  Path output(Contender contender, Variant variant, Setting setting) {
    return folder.resolve(name(contender, variant, setting) + ".f32");
  }

  private static String name(Contender contender, Variant variant, Setting setting) {
    String suffix = variant == Variant.ONLY ? "" : " " + variant.label();
    return (setting.label() + " " + contender.label() + suffix).replace(' ', '-');
  }

  /** Lets a worker end. */
  void end(WorkerProcess worker) {
    worker.close();
    alive.remove(worker);
  }

  @Override
  public void close() {
    alive.forEach(WorkerProcess::kill);
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
