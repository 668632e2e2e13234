package org.resnet4j.engine.update;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What is logged meanwhile. */
public final class Logged {
  private Logged() {}

  /** By the fused solver: it names all that it leaves to DL4J, so that nothing logged means all was fused. */
  static List<String> during(Runnable work) {
    return during(FusedSolver.class.getName(), work);
  }

  /** By the class of that name. */
  public static List<String> during(String name, Runnable work) {
    Logger logger = (Logger) LoggerFactory.getLogger(name);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      work.run();
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
