package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private static final String OPTIONS = "spark.executor.extraJavaOptions";
  private static final long MIB = 1L << 20;

  private static SparkConf conf(String... settings) {
    SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
    for (int i = 0; i < settings.length; i += 2) {
      conf.set(settings[i], settings[i + 1]);
    }
    return conf;
  }

  private static String onlyWarning(SparkConf conf) {
    List<String> warnings = ClusterSettings.complete(conf);
    assertEquals(1, warnings.size(), warnings.toString());
    return warnings.get(0);
  }

  @Test
  void threadsFollowTheCoresOfATask() {
    SparkConf conf = conf("spark.task.cpus", "4");
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertEquals("4", conf.get("spark.executorEnv.OMP_NUM_THREADS"));
    assertEquals("PASSIVE", conf.get("spark.executorEnv.OMP_WAIT_POLICY"));
    assertEquals("10000", conf.get("spark.executorEnv.GOMP_SPINCOUNT"));
    assertEquals("org.apache.spark.serializer.JavaSerializer", conf.get("spark.serializer"));
  }

  @Test
  void overheadHasTheLaunchersShareWhereNobodyHasChosenIt() {
    SparkConf conf = conf("spark.executor.memory", "10g");
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertEquals("24576m", conf.get("spark.executor.memoryOverhead"));
    // 200 % and 340 % of the heap, as in jvm.options.
    assertTrue(conf.get(OPTIONS).contains("-Dorg.bytedeco.javacpp.maxbytes=20480m"), conf.get(OPTIONS));
    assertTrue(conf.get(OPTIONS).contains("-Dorg.bytedeco.javacpp.maxphysicalbytes=34816m"), conf.get(OPTIONS));
    assertTrue(conf.get(OPTIONS).contains("-Dorg.eclipse.deeplearning4j.helpers.disable=false"), conf.get(OPTIONS));
  }

  @Test
  void limitsFollowTheUsersOverhead() {
    SparkConf conf = conf("spark.executor.memory", "4g", "spark.executor.memoryOverhead", "3000", OPTIONS, "-Xss8m");
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertEquals("3000", conf.get("spark.executor.memoryOverhead"));
    assertTrue(conf.get(OPTIONS).startsWith("-Xss8m -D"), conf.get(OPTIONS));
    assertTrue(conf.get(OPTIONS).contains("-Dorg.bytedeco.javacpp.maxbytes=2500m"), conf.get(OPTIONS));
    assertTrue(conf.get(OPTIONS).contains("-Dorg.bytedeco.javacpp.maxphysicalbytes=7096m"), conf.get(OPTIONS));
  }

  @Test
  void anOverheadFactorIsKept() {
    SparkConf conf = conf("spark.executor.memory", "4g", "spark.executor.memoryOverheadFactor", "1.5");
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertFalse(conf.contains("spark.executor.memoryOverhead"));
    assertTrue(conf.get(OPTIONS).contains("maxbytes=5120m"), conf.get(OPTIONS));
  }

  @Test
  void settingTwiceChangesNothing() {
    SparkConf conf = conf("spark.executor.memory", "2g");
    ClusterSettings.complete(conf);
    String once = conf.toDebugString();
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertEquals(once, conf.toDebugString());
  }

  @Test
  void theUsersOwnLimitsWin() {
    SparkConf conf = conf("spark.executor.memory", "4g", "spark.executor.memoryOverhead", "6g",
        "spark.executor.defaultJavaOptions", "-Dorg.bytedeco.javacpp.maxbytes=1g");
    assertEquals(List.of(), ClusterSettings.complete(conf));
    assertFalse(conf.get(OPTIONS).contains("javacpp.maxbytes"), conf.get(OPTIONS));
  }

  @Test
  void limitsBeyondTheOverheadAreWarnedAbout() {
    String warning = onlyWarning(conf("spark.executor.memory", "1g", "spark.executor.memoryOverhead", "2g", OPTIONS,
        "-Dorg.bytedeco.javacpp.maxbytes=10g"));
    assertTrue(warning.contains("allows 10,240 MB"), warning);
    assertTrue(warning.contains("--conf spark.executor.memoryOverhead=12288m"), warning);
    warning = onlyWarning(conf("spark.executor.memory", "1g", "spark.executor.memoryOverhead", "2g", OPTIONS,
        "-Dorg.bytedeco.javacpp.maxphysicalbytes=5g"));
    assertTrue(warning.contains("--conf spark.executor.memoryOverhead=4096m"), warning);
  }

  @Test
  void sparksOwnOverheadIsTooLittle() {
    SparkConf conf = conf("spark.executor.memory", "4g", "spark.executor.memoryOverhead", "410m");
    assertTrue(onlyWarning(conf).contains("410 MB beside their heap"));
    assertTrue(conf.get(OPTIONS).contains("maxbytes=205m"), conf.get(OPTIONS));
  }

  @Test
  void otherThreadsThanCoresAreWarnedAbout() {
    SparkConf conf = conf("spark.executorEnv.OMP_NUM_THREADS", "8");
    assertTrue(onlyWarning(conf).startsWith("spark.executorEnv.OMP_NUM_THREADS is 8, but a task has 1"));
    assertEquals("8", conf.get("spark.executorEnv.OMP_NUM_THREADS"));
    assertTrue(onlyWarning(conf("spark.executorEnv.OMP_WAIT_POLICY", "active")).contains("Leave it out"));
  }

  @Test
  void kryoIsReplacedAndSaidSo() {
    SparkConf conf = conf("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    assertTrue(onlyWarning(conf).contains("can't read the records"));
    assertEquals("org.apache.spark.serializer.JavaSerializer", conf.get("spark.serializer"));
  }

  @Test
  void sharesAreThoseOfTheLauncher() {
    MemoryLimits limits = MemoryLimits.ofHeap(4000 * MIB);
    assertEquals(8000 * MIB, limits.offHeap());
    assertEquals(13600 * MIB, limits.process());
    assertEquals(limits.overhead(), MemoryLimits.overheadFor(limits.offHeap()));
    assertEquals(1024 * MIB, MemoryLimits.ofHeap(100 * MIB).overhead());
    assertEquals(640 * MIB, MemoryLimits.ofHeap(100 * MIB).offHeap());
  }
}
