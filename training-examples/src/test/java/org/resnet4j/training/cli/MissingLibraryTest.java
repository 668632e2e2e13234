package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingLibraryTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      /c/libnd4jcpu.so: libgomp.so.1: cannot open shared object file: No such file | libgomp.so.1 is missing (install it: apt-get install libgomp1, or dnf install libgomp)
      /c/libjnicudart.so: libcuda.so.1: cannot open shared object file: No such file | libcuda.so.1 is missing (install NVIDIA's driver)
      /c/libnd4jcuda.so: libcudnn.so.8: cannot open shared object file: No such file | libcudnn.so.8 is missing (install cuDNN 8.3 for CUDA 11.6, or add org.bytedeco:cuda-platform-redist:11.6-8.3-1.5.7)
      /c/libnd4jcuda.so: libcublas.so.11: cannot open shared object file: No such file | libcublas.so.11 is missing (install CUDA 11.6, or add org.bytedeco:cuda-platform-redist:11.6-8.3-1.5.7)
      /lib/libm.so.6: version `GLIBC_2.29' not found (required by /c/libnd4jcpu.so) | GLIBC_2.29 is missing (this system is too old for it; use a newer one)
      C:\\c\\jnind4jcpu.dll: Can't find dependent libraries | a system library is missing (install Microsoft's Visual C++ Redistributable (x64))
      /c/libx.so: libstrange.so.3: cannot open shared object file: No such file | libstrange.so.3 is missing (install it with the system's package manager)
      """, quoteCharacter = '"')
  void aLoadersSentenceBecomesTheLibraryAndHowToGetIt(String message, String reason) {
    assertEquals(reason, MissingLibrary.reason(new UnsatisfiedLinkError(message)));
  }

  @Test
  void theCauseThatNamesTheLibraryIsFoundBehindOthers() {
    UnsatisfiedLinkError system = new UnsatisfiedLinkError(
        "/c/libnd4jcpu.so: libgomp.so.1: cannot open shared object file: No such file or directory");
    UnsatisfiedLinkError javacpp = new UnsatisfiedLinkError("no jnind4jcpu in java.library.path: /usr/lib");
    javacpp.initCause(system);
    assertTrue(MissingLibrary.reason(new IllegalStateException(javacpp)).startsWith("libgomp.so.1 is missing"));
  }

  @Test
  void anUnknownFailureIsItsRootsFirstLineCutShort() {
    assertEquals("No CUDA devices were found in system", MissingLibrary.reason(
        new RuntimeException(new RuntimeException("No CUDA devices were found in system\n\tand more"))));
    assertEquals("NullPointerException", MissingLibrary.reason(new RuntimeException(new NullPointerException())));
    assertEquals(203, MissingLibrary.reason(new RuntimeException("x".repeat(10_000))).length());
  }
}
