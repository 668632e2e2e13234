package org.resnet4j.benchmarks.contest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.benchmarks.contest.HeatResult.Failure.Kind;

/** What the process tells its caller; {@code --help} prints the list. */
enum ExitCode {
  OK(0, "Every contender came through"),
  FAILURE(1, "The contest couldn't be held"),
  USAGE(2, "The command line makes no sense: unknown option, name or value"),
  BROKEN(3, "A contender didn't start or broke off; the others have figures"),
  DIFFERENT(4, "A contender computes something else than Deeplearning4j; the others have figures"),
  NO_CONTENDERS(5, "None of the named contenders can do that job on this machine");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  /** The worst that happened. */
  static ExitCode of(List<HeatResult> results) {
    ExitCode worst = OK;
    for (HeatResult result : results) {
      for (HeatResult.Failure failure : result.failures().values()) {
        if (failure.kind() == Kind.DIFFERENT) {
          return DIFFERENT;
        }
        worst = BROKEN;
      }
    }
    return worst;
  }

  /** By code, for {@code --help}. */
  static Map<String, String> meanings() {
    Map<String, String> meanings = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      meanings.put(String.valueOf(code.code), code.meaning);
    }
    meanings.put("69", "A tool is missing: JDK, Maven");
    meanings.put("70", "The build failed");
    return meanings;
  }
}
