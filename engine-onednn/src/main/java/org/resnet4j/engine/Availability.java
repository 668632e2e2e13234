package org.resnet4j.engine;

import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.plan.Cpu;

/** Whether networks can be compiled in this process; what is loaded stays loaded, so it is found out once. */
final class Availability {
  private static final int LONGEST = 200;

  private static Optional<EngineException.Unavailable> obstacle;

  private Availability() {}

  /** What is in the way, if anything. */
  static synchronized Optional<EngineException.Unavailable> obstacle() {
    if (obstacle == null) {
      obstacle = find(Nd4j.getEnvironment().isCPU());
    }
    return obstacle;
  }

  static Optional<EngineException.Unavailable> find(boolean cpu) {
    if (!cpu) {
      return of("ND4J computes on a GPU, where oneDNN's kernels for the processor are of no use.", null);
    }
    Optional<String> mixture = mixture();
    if (mixture.isPresent()) {
      return of(mixture.get(), null);
    }
    try {
      Cpu.version();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return of("oneDNN can't be loaded on " + Loader.getPlatform() + ": " + reason(e) + ".", e);
    }
  }

  /**
   * The generated code of oneDNN's classes and JavaCPP's own go together: another JavaCPP, e.g. that of ND4J's pom,
   * loads it with holes in the objects' layouts.
   */
  private static Optional<String> mixture() {
    String javaCpp;
    String oneDnn;
    try {
      javaCpp = Loader.getVersion();
      oneDnn = Loader.getVersion("org.bytedeco", "dnnl", Loader.class);
    } catch (IOException e) {
      return Optional.empty();
    }
    // Null of repackaged jars, which have lost Maven's notes.
    return javaCpp == null || oneDnn == null || oneDnn.endsWith("-" + javaCpp) ? Optional.empty()
        : Optional.of("JavaCPP " + javaCpp + " is on the class path, and oneDNN's classes are " + oneDnn
            + ", for another: import org.resnet4j:resnet4j-bom into the project's dependencyManagement, which brings "
            + "the right one.");
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    if (message.matches("(no|Could not find) jnidnnl in .*")) {
      return "no jar org.bytedeco:dnnl with natives for this system is on the class path";
    }
    String text = root.getClass().getSimpleName() + ", " + message.replaceFirst("\\.$", "");
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  private static Optional<EngineException.Unavailable> of(String reason, Throwable cause) {
    return Optional.of(new EngineException.Unavailable(reason, cause));
  }
}
