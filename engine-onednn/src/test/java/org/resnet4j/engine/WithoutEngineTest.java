package org.resnet4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.engine.Networks.images;
import static org.resnet4j.engine.Networks.labels;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.slf4j.LoggerFactory;

/** The drop-in where the engine can't be: DL4J computes everything. */
class WithoutEngineTest {
  /** Another JVM, which lacks a jar. */
  @ParameterizedTest
  @ValueSource(strings = {"dnnl", "opencl"})
  void withoutTheNativesDl4jGoesOn(String missing) throws Exception {
    Forked forked = Forked.run(Without.class, jar -> !jar.matches(".*/" + missing + "-[^/]*-(linux|macosx|windows)-.*"),
        Map.of("OMP_NUM_THREADS", "1"), "-Xmx512m");
    assertEquals(0, forked.exit(), () -> String.join("\n", forked.lines()));
    List<String> reasons = forked.after("REASON ");
    assertEquals(1, reasons.size());
    assertTrue(reasons.get(0).startsWith("oneDNN can't be loaded on "), reasons.get(0));
    assertEquals(reasons, forked.after("THROWN "));
    assertEquals(List.of("true"), forked.after("EQUAL "));
    assertEquals(List.of("false"), forked.after("FAST "));
    assertEquals(1, forked.lines().stream().filter(line -> line.contains("WARN")
        && line.endsWith(reasons.get(0) + " This network runs on DL4J.")).count(), () -> String.join("\n", forked.lines()));
  }

  /** Says what it finds; it must not be loaded in the other JVM with anything of JUnit's. */
  static final class Without {
    public static void main(String[] arguments) {
      System.out.println("REASON " + OneDnn.unavailable().orElse("none"));
      try {
        OneDnn.compile(Networks.residual());
      } catch (EngineException.Unavailable e) {
        System.out.println("THROWN " + e.getMessage());
      }
      ComputationGraph plain = Networks.residual();
      FastComputationGraph slow = OneDnn.wrap(Networks.residual());
      DataSet data = new DataSet(images(6), labels(6));
      boolean equal = plain.outputSingle(images(3)).equals(slow.outputSingle(images(3)));
      plain.fit(data);
      slow.fit(data);
      slow.refresh();
      equal &= plain.outputSingle(images(3)).equals(slow.outputSingle(images(3)));
      equal &= plain.feedForward(images(3), false).equals(slow.feedForward(images(3), false));
      equal &= plain.score(data) == slow.score(data);
      equal &= plain.outputSingle(images(3)).equals(slow.clone().outputSingle(images(3)));
      System.out.println("EQUAL " + equal);
      System.out.println("FAST " + slow.isFast());
      slow.close();
      System.exit(0);
    }
  }

  @ParameterizedTest
  @EnumSource(value = DataType.class, names = {"DOUBLE", "HALF"})
  void otherNumberTypesAreDl4js(DataType type) {
    ComputationGraph graph = Networks.residual().convertDataType(type);
    EngineException.Unavailable thrown =
        assertThrows(EngineException.Unavailable.class, () -> OneDnn.compile(graph));
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(OneDnn.class);
    logger.addAppender(log);
    try {
      FastComputationGraph slow = OneDnn.wrap(graph);
      assertFalse(slow.isFast());
      INDArray x = images(2).castTo(type);
      assertEquals(graph.outputSingle(x), slow.outputSingle(x));
      assertEquals(type, slow.outputSingle(x).dataType());
      assertEquals(List.of(thrown.getMessage() + " This network runs on DL4J."), log.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
      assertTrue(thrown.getMessage().contains("of type " + type), thrown.getMessage());
    } finally {
      logger.detachAppender(log);
    }
  }
}
