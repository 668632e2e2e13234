package org.resnet4j.training.cli;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Native libraries that ND4J's backends take from the system, and how to get each. */
public enum MissingLibrary {
  GOMP("libgomp", "install it: apt-get install libgomp1, or dnf install libgomp"),
  STDCXX("libstdc\\+\\+", "install it: apt-get install libstdc++6, or dnf install libstdc++"),
  DRIVER("libcuda\\.so|nvcuda", "install NVIDIA's driver"),
  CUDNN("cudnn", "install cuDNN 8.3 for CUDA 11.6, or add org.bytedeco:cuda-platform-redist:11.6-8.3-1.5.7"),
  CUDA("libcu|libnv|cudart|cublas|cusolver|cusparse|nvrtc",
      "install CUDA 11.6, or add org.bytedeco:cuda-platform-redist:11.6-8.3-1.5.7"),
  GLIBC("GLIBC(XX)?_", "this system is too old for it; use a newer one"),
  WINDOWS("dependent libraries", "install Microsoft's Visual C++ Redistributable (x64)"),
  OTHER("", "install it with the system's package manager");

  /** The sentences of glibc's and macOS' loaders, Windows', and JavaCPP's when a jar of natives is absent. */
  private static final Pattern ABSENT = Pattern.compile(
      "(\\S+?): cannot open shared object file|Library not loaded: (\\S+)|version [`'](GLIBC\\S+)' not found"
          + "|(dependent libraries)");
  private static final Pattern NO_JAR = Pattern.compile("^no (jni\\S+) in java\\.library\\.path");
  private static final int LONGEST = 200;

  private final Pattern names;
  private final String advice;

  MissingLibrary(String names, String advice) {
    this.names = Pattern.compile(names);
    this.advice = advice;
  }

  /** Why natives failed to load, in half a sentence: what is missing and how to get it, where that is known. */
  public static String reason(Throwable failure) {
    String natives = null;
    Throwable root = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      root = t;
      String text = String.valueOf(t.getMessage());
      Matcher absent = ABSENT.matcher(text);
      if (absent.find()) {
        return sentence(absent);
      }
      Matcher jar = NO_JAR.matcher(text);
      if (jar.find()) {
        natives = jar.group(1);
      }
    }
    if (natives != null) {
      return natives + " is missing (the jar with this system's natives is not on the class path or was damaged)";
    }
    String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage().strip();
    message = message.lines().findFirst().orElse("");
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
  }

  private static String sentence(Matcher absent) {
    String library = "a system library";
    for (int group = 1; group <= 3; group++) {
      if (absent.group(group) != null) {
        library = absent.group(group);
      }
    }
    MissingLibrary known = Arrays.stream(values()) // OTHER, the last, matches everything
        .filter(entry -> entry.names.matcher(absent.group()).find()).findFirst().orElse(OTHER);
    return library + " is missing (" + known.advice + ")";
  }
}
