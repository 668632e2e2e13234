package org.resnet4j.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class DiagramTest {
  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet152", "resnext50_32x4d", "resnet50_v2_slim", "resnet50_v2_ref_keras",
      "cifar_plain20", "cifar_resnet20_conv", "cifar_resnet20_norm_after_add"})
  void isWellFormedAndNamesEveryStage(String model) throws Exception {
    ResNet net = ResNets.named(model).build();
    String text = parse(Diagram.svg(net)).getDocumentElement().getTextContent();
    assertTrue(text.contains(model));
    for (int stage = 1; stage <= net.spec().depths().size(); stage++) {
      assertTrue(text.contains("stage" + stage), text);
    }
  }

  @Test
  void drawsUnitsThatAreAlikeOnce() throws Exception {
    String svg = Diagram.svg(ResNets.named("resnet152").build());
    assertTrue(svg.contains("block2 to block36"), svg);
    // Two kinds of unit in each of four stages, each with its add.
    assertEquals(8, parse(svg).getElementsByTagName("circle").getLength());
  }
}
