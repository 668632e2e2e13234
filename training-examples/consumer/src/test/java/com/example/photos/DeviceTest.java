package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceTest {
  @Test
  void theCpuComputes() {
    assertEquals("CpuBackend", Device.backend());
  }

  @Test
  void onlyThisSystemsNativesAreOnTheClassPath() {
    List<String> natives = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> new File(entry).getName())
        .filter(jar -> jar.matches(".*-(linux|windows|macosx|android|ios)-.*"))
        .map(jar -> jar.replaceAll(".*-((linux|windows|macosx|android|ios)-[a-z0-9_]+).*", "$1"))
        .distinct().toList();
    assertEquals(1, natives.size(), natives.toString());
  }
}
