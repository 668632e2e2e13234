package org.resnet4j.training.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.resnet4j.engine.OneDnn;
import picocli.CommandLine;

class DoctorCommandTest {
  @Test
  void tellsWhatThisProcessComputesOn() {
    StringWriter text = new StringWriter();
    int exit = new CommandLine(new DoctorCommand()).setOut(new PrintWriter(text)).execute();
    Map<String, String> lines = new TreeMap<>();
    text.toString().lines().forEach(line -> lines.put(line.split(":", 2)[0], line.split(":", 2)[1].strip()));

    assertEquals(0, exit);
    assertTrue(lines.get("Backend").startsWith("CPU (CpuBackend, "), text.toString());
    assertEquals("1.0.0-M2.1", lines.get("ND4J"));
    assertEquals("1.0.0-M2.1", lines.get("DL4J"));
    assertEquals(Integer.toString(Runtime.getRuntime().availableProcessors()), lines.get("Cores"));
    assertEquals((Runtime.getRuntime().maxMemory() >> 20) + " MB", lines.get("Heap limit"));
    assertEquals((Pointer.maxBytes() >> 20) + " MB, whole process " + (Pointer.maxPhysicalBytes() >> 20) + " MB",
        lines.get("Off-heap limit"));
    assertTrue(lines.get("OMP_NUM_THREADS").matches(".*ND4J computes on [1-9]\\d* threads"), text.toString());
    assertTrue(lines.get("Layer helpers").matches("(on|off).*"), text.toString());
    assertTrue(lines.get("oneDNN engine").startsWith("oneDNN 3."), text.toString());
    assertEquals(OneDnn.library().fastBfloat16(), lines.get("oneDNN engine").contains("bfloat16 is faster"),
        text.toString());
  }
}
