package org.resnet4j.training.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Which ND4J backend this process computes on, settled before ND4J looks for one.
 *
 * <p>ND4J ({@code Nd4jBackend.load}) takes the backend of the highest priority that calls itself available; one whose
 * native library then fails to load takes the process down with it. Here each is tried, natives included, and ND4J is
 * shown only the first that loads.
 *
 * @param backend ND4J's name of the chosen backend's class, e.g. {@code CpuBackend}
 * @param skipped backends of higher priority that failed to load, and why
 */
public record BackendChoice(String backend, List<Skipped> skipped) {
  private static final String SERVICE = "META-INF/services/" + Nd4jBackend.class.getName();

  /** A backend that can't be used here. */
  public record Skipped(String backend, String reason) {
    /** One sentence for the user. */
    public String sentence() {
      return kind(backend) + " backend can't be used: " + reason;
    }
  }

  /** No backend could be loaded, so nothing can be computed. */
  public static final class NoBackendException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private NoBackendException(String message) {
      super(message);
    }
  }

  /**
   * Chooses, and says on {@code err} in a sentence which backend was passed over. Call it before the first ND4J class
   * is used: later it has no effect on ND4J.
   *
   * @throws NoBackendException if none can be loaded
   */
  public static BackendChoice announce(PrintStream err) {
    BackendChoice choice = make();
    for (Skipped skipped : choice.skipped) {
      err.println(skipped.sentence() + "; computing on the " + kind(choice.backend) + ".");
    }
    return choice;
  }

  /**
   * Chooses without a word, for {@code doctor}.
   *
   * @throws NoBackendException if none can be loaded
   */
  static BackendChoice make() {
    ClassLoader loader = ND4JClassLoading.getNd4jClassloader();
    List<Skipped> skipped = new ArrayList<>();
    for (Nd4jBackend backend : installed(loader, skipped)) {
      String name = backend.getClass().getSimpleName();
      try {
        load(backend, loader);
      } catch (Exception | LinkageError e) {
        skipped.add(new Skipped(name, MissingLibrary.reason(e)));
        continue;
      }
      if (!skipped.isEmpty()) {
        ND4JClassLoading.setNd4jClassloader(new OnlyBackend(loader, backend.getClass().getName()));
      }
      return new BackendChoice(name, List.copyOf(skipped));
    }
    if (skipped.isEmpty()) {
      throw new NoBackendException("No ND4J backend is on the class path: add org.resnet4j:backend-cpu (type pom).");
    }
    StringBuilder message = new StringBuilder("No ND4J backend can be used.");
    skipped.forEach(s -> message.append(' ').append(s.sentence()).append('.'));
    throw new NoBackendException(message.toString());
  }

  /** "CUDA" or "CPU" for ND4J's two backends, else the class name. */
  static String kind(String backend) {
    return switch (backend) {
      case "JCublasBackend" -> "CUDA";
      case "CpuBackend" -> "CPU";
      default -> backend;
    };
  }

  /** Every backend on the class path, ND4J's order: highest priority first. */
  private static List<Nd4jBackend> installed(ClassLoader loader, List<Skipped> skipped) {
    List<Nd4jBackend> backends = new ArrayList<>();
    Iterator<Nd4jBackend> services = ServiceLoader.load(Nd4jBackend.class, loader).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          break;
        }
        backends.add(services.next());
      } catch (ServiceConfigurationError e) { // ND4J would give up on all of them
        skipped.add(new Skipped("An ND4J", MissingLibrary.reason(e)));
      }
    }
    backends.sort(Comparator.comparingInt(Nd4jBackend::getPriority).reversed());
    return backends;
  }

  /** Loads a backend's native library, as ND4J's {@code NativeOpsHolder} will. */
  private static void load(Nd4jBackend backend, ClassLoader loader) throws IOException, ClassNotFoundException {
    PrintStream err = System.err;
    System.setErr(new PrintStream(OutputStream.nullOutputStream())); // JCublasBackend prints a stack trace
    try {
      if (!backend.isAvailable()) {
        throw new IllegalStateException("it calls itself unavailable");
      }
      Properties properties = new Properties();
      try (InputStream in = backend.getConfigurationResource().getInputStream()) {
        properties.load(in);
      }
      Class.forName(properties.getProperty("native.ops"), true, loader);
    } finally {
      System.setErr(err);
    }
  }

  /** A class loader in which one backend is registered and the others are not. */
  private static final class OnlyBackend extends ClassLoader {
    private final String backendClass;

    OnlyBackend(ClassLoader parent, String backendClass) {
      super(parent);
      this.backendClass = backendClass;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      if (!name.equals(SERVICE)) {
        return super.getResources(name);
      }
      return Collections.enumeration(List.of(new URL(null, "backend:" + backendClass, new URLStreamHandler() {
        @Override
        protected URLConnection openConnection(URL url) {
          return new URLConnection(url) {
            @Override
            public void connect() {
              connected = true;
            }

            @Override
            public InputStream getInputStream() {
              return new ByteArrayInputStream(backendClass.getBytes(StandardCharsets.UTF_8));
            }
          };
        }
      })));
    }
  }
}
