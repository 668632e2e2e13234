package org.resnet4j.benchmarks.scaling;

import java.nio.file.Path;

/** The part of a page that a program writes, between two comments; the rest is people's. */
final class GeneratedPart {
  static final String BEGIN = "<!-- begin: written by benchmarks/scaling.sh -->";
  static final String END = "<!-- end: written by benchmarks/scaling.sh -->";

  private GeneratedPart() {}

  /** @throws ScalingException if the page doesn't have the two comments, once each and in order */
  static String replaced(String page, Path file, String part) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin || page.indexOf(BEGIN, begin + 1) >= 0 || page.indexOf(END, end + 1) >= 0) {
      throw new ScalingException(file + ": expected the lines " + BEGIN + " and " + END + ", once each, found"
          + " otherwise; put them around the part to be written.");
    }
    return page.substring(0, begin) + BEGIN + "\n" + part + page.substring(end);
  }
}
