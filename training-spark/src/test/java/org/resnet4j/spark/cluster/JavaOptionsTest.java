package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JavaOptionsTest {
  @ParameterizedTest
  @CsvSource({"-Da.b=1g,1g", "-Xmx1g -Da.b=2 -Dc=3,2", "\"-Da.b=4\",4", "-Da.b=1 -Da.b=2,2", "-Da.b,''", "-Da.b=,''"})
  void propertiesAreFound(String line, String value) {
    assertEquals(Optional.of(value), JavaOptions.property(line, "a.b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-Da.bc=1", "-Daxb=1", "-Dx=-Da.b=1", "-XDa.b=1"})
  void othersAreNot(String line) {
    assertEquals(Optional.empty(), JavaOptions.property(line, "a.b"));
  }

  @ParameterizedTest
  @CsvSource({"7,7", "2k,2048", "3m,3145728", "1g,1073741824", "1GB,1073741824", "1t,1099511627776"})
  void sizesAreRead(String text, long bytes) {
    assertEquals(Optional.of(bytes), JavaOptions.bytes(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"200%", "", "x", "-1", "9999999999999999999g", "9000000000000000000t"})
  void whatIsNoSizeIsNot(String text) {
    assertEquals(Optional.empty(), JavaOptions.bytes(text));
  }

  @Test
  void flagsAreAdded() {
    assertEquals("-Da=1 -Db=2", new JavaOptions(" ").with("a", 1).with("b", 2).toString());
  }
}
