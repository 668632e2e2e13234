package org.resnet4j.zoo.store;

/**
 * A published file that can't be had. Whatever good file was in the cache is still there.
 *
 * <p>The message says where, what, what was expected, what was found, and what to do.
 */
public final class WeightStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_QUOTE = 120;

  /** What is wrong, and what to do about it. */
  public enum Reason {
    SETTING("isn't a usable setting", "Correct or unset it."),
    OFFLINE("isn't in the cache, and the network is switched off",
        "Put the file there yourself, or unset RESNET4J_OFFLINE."),
    FOLDER("can't be used as cache", "Name a folder of yours by RESNET4J_CACHE."),
    FILE("can't be read or written", "Check the path and its permissions."),
    NO_SPACE("has too little space left", "Free some, or name a folder on another disk by RESNET4J_CACHE."),
    LOCKED("is being fetched by another process, and didn't come to an end",
        "Wait for that process or end it, then try again."),
    INTERRUPTED("was being fetched when this thread was interrupted", Advice.CONTINUES),
    CHECKSUM_OF_FILE("isn't the published file", "It was left as it is. If it shall be that file, delete it or name"
        + " another; a file of your own is loaded as such, without a published set's name."),
    CHECKSUM_OF_DOWNLOAD("gave another file than the published one",
        "It was thrown away. Try again later or from another network, or get the file elsewhere and name it."),
    LENGTH("has a file of another length than the published one", Advice.ELSEWHERE),
    NOT_WEIGHTS("sent a web page in place of the file",
        "A network's log-in page or a proxy answers for it: open the address in a browser, or name a mirror by"
        + " RESNET4J_MIRROR."),
    NOT_FOUND("has no such file", Advice.ELSEWHERE),
    FORBIDDEN("doesn't hand the file out", Advice.ELSEWHERE),
    ANSWER("gave an answer that isn't understood", Advice.ELSEWHERE),
    REDIRECT("leads astray", Advice.ELSEWHERE),
    UNREACHABLE("can't be reached", "Check the network (a proxy is set by -Dhttps.proxyHost and -Dhttps.proxyPort), or"
        + " name a mirror by RESNET4J_MIRROR.", true),
    STALLED("went silent", Advice.CONTINUES, true),
    BROKEN_OFF("broke off", Advice.CONTINUES, true),
    BUSY("can't serve the file now", "Try again later, or name a mirror by RESNET4J_MIRROR.", true);

    private final String what;
    private final String advice;
    private final boolean passing;

    Reason(String what, String advice) {
      this(what, advice, false);
    }

    Reason(String what, String advice, boolean passing) {
      this.what = what;
      this.advice = advice;
      this.passing = passing;
    }

    /** Whether the same may succeed a moment later; the store then tries several times by itself. */
    public boolean isPassing() {
      return passing;
    }

    private static final class Advice {
      static final String CONTINUES = "What has arrived is kept: try again, and the download continues there.";
      static final String ELSEWHERE = "Get the file elsewhere and name it, or name a mirror by RESNET4J_MIRROR.";
    }
  }

  private final Reason reason;

  WeightStoreException(Reason reason, Object where, String expected, String found, Throwable cause) {
    super("%s %s: expected %s, found %s. %s".formatted(where, reason.what, expected, found, reason.advice), cause);
    this.reason = reason;
  }

  WeightStoreException(Reason reason, Object where, String expected, String found) {
    this(reason, where, expected, found, null);
  }

  public Reason reason() {
    return reason;
  }

  /** Text from a server, safe for a terminal: quoted, without control characters, cut when long. */
  static String quote(String text) {
    String cut = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + cut.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?") + '"';
  }
}
