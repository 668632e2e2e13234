package org.resnet4j.engine.plan;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;

/** oneDNN's engine for the processor. The class can't be loaded where the library can't. */
public final class Cpu {
  static final engine ENGINE = new engine(engine.kind.cpu, 0);

  private Cpu() {}

  /** Whether the processor has instructions for bfloat16, or oneDNN would compute it by way of float32. */
  public static boolean hasFastBfloat16() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    return has(isa, dnnl.dnnl_cpu_isa_avx512_core_bf16) || has(isa, dnnl.dnnl_cpu_isa_avx2_vnni_2);
  }

  /** Whether kernels use AVX-512. */
  static boolean hasAvx512() {
    return has(dnnl.dnnl_get_effective_cpu_isa(), dnnl.dnnl_cpu_isa_avx512_core);
  }

  private static boolean has(int isa, int wanted) {
    return (isa & wanted) == wanted;
  }

  /** The instructions that kernels are made of, as oneDNN names them. */
  public static String instructions() {
    return dnnl.get_effective_cpu_isa().toString();
  }

  /** Of the library that is loaded, which need not be the one that the classes were made for. */
  public static String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }
}
