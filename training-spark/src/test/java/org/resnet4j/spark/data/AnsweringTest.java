package org.resnet4j.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.resnet4j.training.data.DataException;

class AnsweringTest {
  private static String refused(Callable<Object> asked) {
    DataException refused = assertThrows(DataException.class,
        () -> Answering.within(Duration.ofSeconds(1), new Path("hdfs://far:9000/x"), asked));
    assertEquals(DataException.Kind.UNREADABLE, refused.kind());
    return refused.getMessage();
  }

  @Test
  void silenceIsAnAnswer() {
    CountDownLatch never = new CountDownLatch(1);
    String sentence = refused(() -> {
      never.await();
      return null;
    });
    assertTrue(sentence.startsWith("hdfs://far:9000/x: cannot be reached from the driver on "), sentence);
    assertTrue(sentence.contains("no answer within 1 s"), sentence);
  }

  @Test
  void whatIsThrownIsSaid() throws IOException {
    assertTrue(refused(() -> {
      throw new IOException("broken");
    }).contains("IOException: broken"));
    assertEquals(3, Answering.within(Duration.ofSeconds(60), new Path("/"), () -> 3));
  }
}
