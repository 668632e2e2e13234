package org.resnet4j.zoo;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.testdata.Fixtures;

class ImageNetParityTest {
  static List<String> models() {
    return Fixtures.names("inference").stream().filter(name -> !name.startsWith("cifar_")).toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void equalsTheOriginalAtEveryEndpoint(String model) {
    InferenceParity.check(model);
  }
}
