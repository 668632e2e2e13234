package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCpuTest {
  @Test
  void anIntelWithAmxIsReadFromCpuinfo() {
    String cpuinfo = """
        processor\t: 0
        model name\t: Intel(R) Xeon(R) Platinum 8481C
        flags\t\t: fpu sse4_2 fma avx avx2 avx512f avx512bw avx_vnni avx512_bf16 avx512_vnni amx_bf16 amx_tile amx_int8

        processor\t: 1
        model name\t: another
        """;
    assertEquals(new DoctorCpu("Intel(R) Xeon(R) Platinum 8481C", List.of("AVX", "AVX2", "FMA", "AVX-512",
        "AVX-512 VNNI", "AVX-512 BF16", "AVX VNNI", "AMX", "AMX BF16", "AMX INT8")), DoctorCpu.parse(cpuinfo));
  }

  @Test
  void anArmHasFeaturesAndNoModelName() {
    DoctorCpu cpu = DoctorCpu.parse("processor\t: 0\nFeatures\t: fp asimd aes sve i8mm bf16\nCPU part\t: 0xd40\n");
    assertEquals(List.of("NEON", "SVE", "BF16", "I8MM"), cpu.flags());
    assertEquals(System.getProperty("os.arch"), cpu.model());
  }

  @Test
  void anEmptyCpuinfoHasNoFlags() {
    assertEquals(List.of(), DoctorCpu.parse("").flags());
  }
}
