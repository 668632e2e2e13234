package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.resnet4j.spark.cluster.WorkerReport.Natives;
import org.resnet4j.spark.cluster.WorkerReport.Unloaded;

class DiagnosisTest {
  private static final long MIB = 1L << 20;
  private static final String LINUX = "linux-x86_64";

  private static WorkerReport worker(String name, String host, String platform, String instructions, int threads,
      long offHeap, Unloaded... unloaded) {
    return new WorkerReport(name, host, host + ":" + name, platform, "17.0.15", instructions, true, "", threads,
        1000 * MIB, offHeap * MIB, (1000 + offHeap + 400) * MIB, 8000 * MIB, List.of(unloaded));
  }

  private static Diagnosis of(String master, WorkerReport... reports) {
    SparkConf conf = new SparkConf(false).set("spark.master", master).set("spark.executor.memory", "1000m")
        .set("spark.executor.memoryOverhead", "2400m");
    return Diagnosis.of(new RollCall(List.of(reports), Set.of()), LINUX, conf);
  }

  private static void assertFault(Diagnosis diagnosis, String... parts) {
    assertOnly(diagnosis, Diagnosis::faults, parts);
  }

  private static void assertWarning(Diagnosis diagnosis, String... parts) {
    assertOnly(diagnosis, Diagnosis::warnings, parts);
  }

  private static void assertOnly(Diagnosis diagnosis, Function<Diagnosis, List<String>> kind, String... parts) {
    List<String> said = kind.apply(diagnosis);
    assertEquals(1, said.size(), diagnosis.toString());
    assertEquals(1, diagnosis.unable().size() + diagnosis.faults().size() + diagnosis.warnings().size(),
        diagnosis.toString());
    for (String part : parts) {
      assertTrue(said.get(0).contains(part), diagnosis.toString());
    }
  }

  @Test
  void nothingIsWrong() {
    WorkerReport one = worker("1", "a", LINUX, "avx2", 1, 2000);
    Diagnosis diagnosis = of("yarn", one, worker("2", "b", LINUX, "avx2", 1, 2000));
    assertEquals(new Diagnosis(List.of(), List.of(), List.of()), diagnosis);
  }

  @Test
  void natives() {
    Unloaded nd4j = new Unloaded(Natives.ND4J, "no jnijavacpp in java.library.path");
    Unloaded engine = new Unloaded(Natives.ENGINE, "it needs ND4J.");
    assertOnly(of("yarn", worker("7", "arm", "linux-arm64", "", 0, 0, nd4j, engine)), Diagnosis::unable,
        "Executor 7 on arm can't load ND4J", "natives for linux-x86_64, and this is linux-arm64: build the jar");
    assertWarning(of("yarn", worker("7", "a", LINUX, "", 1, 2000, new Unloaded(Natives.ENGINE, "no x."))),
        "can't load oneDNN: no x. Deeplearning4j computes there");
    assertWarning(of("yarn", worker("7", "a", LINUX, "", 1, 2000, new Unloaded(Natives.DECODER, "no y"))),
        "can't load OpenCV: no y. Images are decoded by Java");
  }

  @Test
  void theManagersLimitCounts() {
    WorkerReport greedy = worker("1", "a", LINUX, "avx2", 1, 6000);
    assertFault(of("yarn", greedy), "may take 6,000 MB off the heap", "--conf spark.executor.memoryOverhead=7200m");
    assertFault(of("k8s://x", greedy), "memoryOverhead=7200m");
    assertEquals(List.of(), of("spark://x", greedy).faults());
  }

  @Test
  void elsewhereTheMachineIsTheLimit() {
    WorkerReport one = worker("1", "a", LINUX, "avx2", 1, 3000);
    assertEquals(List.of(), of("spark://x", one, worker("2", "b", LINUX, "avx2", 1, 3000)).faults());
    assertFault(of("spark://x", one, worker("2", "a", LINUX, "avx2", 1, 3000)),
        "The executors on a may take 8,800 MB, and it has 8,000 MB");
  }

  @Test
  void threadsAndProcessors() {
    assertWarning(of("yarn", worker("1", "a", LINUX, "avx2", 16, 2000)), "on 16 threads, but a task has 1",
        "OMP_NUM_THREADS is not set");
    assertWarning(of("yarn", worker("1", "a", LINUX, "avx2", 1, 2000), worker("2", "b", LINUX, "avx512_core", 1, 2000)),
        "avx2, avx512_core", "ONEDNN_MAX_CPU_ISA");
  }

  @Test
  void whatManyHaveInCommonIsSaidOnce() {
    WorkerReport[] reports = new WorkerReport[5];
    for (int i = 0; i < reports.length; i++) {
      reports[i] = worker(Integer.toString(i), "a", LINUX, "avx2", 16, 2000);
    }
    assertWarning(of("yarn", reports), "Executor 0 on a, executor 1 on a, executor 2 on a and 2 more would compute");
  }

  @Test
  void silence() {
    RollCall call = new RollCall(List.of(), Set.of("a:1"));
    assertFault(Diagnosis.of(call, LINUX, new SparkConf(false).set("spark.master", "yarn")), "No task reached a:1");
  }
}
