package org.resnet4j.spark.training;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaPairRDD;
import org.resnet4j.spark.cluster.Answer;
import scala.Tuple2;

/**
 * Results of a round, added up in the workers' order, since floats' sums depend on it. What is too much for the driver is
 * cut into slices, and each is added up by one of the workers: the sum is the same to the bit.
 */
final class RoundSum {
  private RoundSum() {}

  /**
   * Adds up.
   *
   * @param results by worker
   * @param slices 1 to add up here
   * @throws RuntimeException a worker's refusal
   */
  static RoundResult of(JavaPairRDD<Integer, Answer<RoundResult>> results, int slices) {
    if (slices == 1) {
      return inOrder(results.collect());
    }
    List<Tuple2<Integer, Answer<RoundResult>>> sums = results.flatMapToPair(one -> cut(one._1(), one._2(), slices))
        .groupByKey(slices).mapValues(slice -> Answer.of(() -> inOrder(slice))).collect();
    return RoundResult.joined(sums.stream().sorted(Comparator.comparing(Tuple2::_1)).map(sum -> sum._2().get())
        .toList());
  }

  private static Iterator<Tuple2<Integer, Tuple2<Integer, Answer<RoundResult>>>> cut(int worker,
      Answer<RoundResult> answer, int slices) {
    if (answer.refusal() != null) {
      return List.of(new Tuple2<>(0, new Tuple2<>(worker, answer))).iterator();
    }
    return IntStream.range(0, slices).mapToObj(slice -> new Tuple2<>(slice,
        new Tuple2<>(worker, new Answer<>(answer.value().slice(slice, slices), null)))).iterator();
  }

  private static RoundResult inOrder(Iterable<Tuple2<Integer, Answer<RoundResult>>> results) {
    return StreamSupport.stream(results.spliterator(), false).sorted(Comparator.comparing(Tuple2::_1))
        .map(one -> one._2().get()).reduce(RoundResult.NOTHING, RoundResult::plus);
  }
}
