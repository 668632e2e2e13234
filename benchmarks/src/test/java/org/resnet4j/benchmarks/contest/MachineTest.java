package org.resnet4j.benchmarks.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MachineTest {
  /** Two cores of two hardware threads each. */
  private static final String CPUINFO = processor(0, 0) + "\n" + processor(1, 0) + "\n" + processor(2, 1) + "\n"
      + processor(3, 1);

  private static String processor(int number, int core) {
    return """
        processor\t: %d
        model name\t: Some CPU @ 2 GHz
        physical id\t: 0
        core id\t\t: %d
        flags\t\t: fpu sse2 fma avx avx2 avx512f avx512_bf16 amx_tile avx_vnni
        """.formatted(number, core);
  }

  @Test
  void tellsNameTellingFlagsAndCores() {
    Machine machine = Machine.parse(CPUINFO, Set.of(), 4);
    assertEquals("Some CPU @ 2 GHz", machine.processor());
    assertEquals(new TreeSet<>(Set.of("fma", "avx2", "avx512f", "avx512_bf16", "amx_tile", "avx_vnni")),
        machine.flags());
    assertEquals(2, machine.cores());
  }

  @Test
  void coresAreThoseThatMayBeUsed() {
    assertEquals(1, Machine.parse(CPUINFO, Set.of(0, 1), 2).cores());
    assertEquals(2, Machine.parse(CPUINFO, Set.of(1, 2), 2).cores());
    assertEquals(1, Machine.parse(CPUINFO, Set.of(), 1).cores(), "a container's quota");
    assertEquals(3, Machine.parse("Hardware: no processors listed", Set.of(), 3).cores());
  }

  @Test
  void processorsWithoutCoreNumbersAreCores() {
    assertEquals(2, Machine.parse("processor : 0\n\nprocessor : 1\n", Set.of(), 2).cores());
  }

  @Test
  void bfloat16IsFastWithAnyOfThreeInstructionSets() {
    assertTrue(withFlags("avx512_bf16").fastBfloat16());
    assertTrue(withFlags("amx_bf16").fastBfloat16());
    assertTrue(withFlags("avx_vnni_int8", "avx_ne_convert").fastBfloat16());
    assertFalse(withFlags("avx_vnni_int8").fastBfloat16());
    assertFalse(withFlags("avx2", "avx512f", "avx512_vnni", "amx_tile").fastBfloat16());
  }

  private static Machine withFlags(String... flags) {
    return new Machine("", Set.of(flags), 1);
  }

  @Test
  void listsOfProcessorsHaveRanges() {
    assertEquals(Set.of(0, 1, 2, 3, 8), Machine.processors("0-3,8"));
  }
}
