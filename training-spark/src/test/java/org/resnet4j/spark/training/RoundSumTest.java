package org.resnet4j.spark.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.spark.cluster.Answer;
import org.resnet4j.spark.cluster.ClusterException;
import org.resnet4j.training.cli.ExitCode;
import scala.Tuple2;

class RoundSumTest {
  private static final int WORKERS = 40;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(
        new SparkConf().setMaster("local[2]").setAppName("test").set("spark.ui.enabled", "false"));
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private static List<Answer<RoundResult>> answers() {
    List<Answer<RoundResult>> answers = new ArrayList<>();
    for (int worker = 0; worker < WORKERS; worker++) {
      Random random = new Random(worker);
      answers.add(new Answer<>(new RoundResult(floats(random, 101), floats(random, 50), 1, worker, 2, 0.5, 1, worker, 0,
          List.of()), null));
    }
    answers.set(7, new Answer<>(RoundResult.NOTHING, null)); // a worker whose images are at their end
    return answers;
  }

  private static float[] floats(Random random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = (float) random.nextGaussian();
    }
    return floats;
  }

  private static JavaPairRDD<Integer, Answer<RoundResult>> sent(List<Answer<RoundResult>> answers) {
    return spark.parallelize(IntStream.range(0, WORKERS).boxed().toList(), 9)
        .mapToPair(worker -> new Tuple2<>(worker, answers.get(worker)));
  }

  /** To the bit what a loop over the workers adds up. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40})
  void theOrderIsTheWorkers(int slices) {
    RoundResult sum = RoundSum.of(sent(answers()), slices);
    RoundResult expected = answers().stream().map(Answer::get).reduce(RoundResult.NOTHING, RoundResult::plus);
    assertArrayEquals(expected.values(), sum.values());
    assertArrayEquals(expected.updater(), sum.updater());
    assertEquals(List.of(39, 39, 78, 19.5, 39, 39.0),
        List.of(sum.workers(), sum.steps(), sum.images(), sum.lossSum(), sum.right(), sum.seconds()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40})
  void withoutAnyStepThereAreNoValues(int slices) {
    List<Answer<RoundResult>> nothing = IntStream.range(0, WORKERS)
        .mapToObj(worker -> new Answer<>(RoundResult.NOTHING, null)).toList();
    assertNull(RoundSum.of(sent(nothing), slices).values());
  }

  @Test
  void oneWorkersRefusalIsThrown() {
    List<Answer<RoundResult>> answers = answers();
    answers.set(30, new Answer<>(null, new ClusterException(ExitCode.FAILURE, "no.")));
    for (int slices : new int[] {1, 40}) {
      assertEquals("no.", assertThrows(ClusterException.class, () -> RoundSum.of(sent(answers), slices)).getMessage());
    }
  }
}
