package com.example.photos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

class ClassifyPhotosTest {
  @Test
  void aSavedModelNamesWhatItSees(@TempDir Path folder) throws Exception {
    new SavedModel(BuildNet.build(), List.of("cat", "dog", "bird"), Preprocessing.torch(64), Map.of())
        .save(folder.resolve("model"));
    Path photo = folder.resolve("photo.png");
    ImageIO.write(new BufferedImage(100, 80, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      ClassifyPhotos.main(new String[] {folder.resolve("model").toString(), photo.toString()});
    } finally {
      System.setOut(console);
    }
    String text = printed.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("photo.png") && text.contains("cat") && text.contains("dog") && text.contains("bird"), text);
  }
}
