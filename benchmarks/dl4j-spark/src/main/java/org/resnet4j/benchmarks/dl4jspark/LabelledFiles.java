package org.resnet4j.benchmarks.dl4jspark;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Image files that make a batch.
 *
 * @param labels the number of each one's class
 */
record LabelledFiles(List<String> files, List<Integer> labels, int classes) implements Serializable {

  /** Batches of a folder {@code CLASS/...}, as many of each class in each as of the others. */
  static List<LabelledFiles> batches(Path folder, int size, int count) throws IOException {
    List<List<Path>> classes = new ArrayList<>();
    for (Path one : sorted(folder)) {
      classes.add(sorted(one));
    }
    List<LabelledFiles> batches = new ArrayList<>();
    for (int batch = 0; batch < count; batch++) {
      LabelledFiles files = new LabelledFiles(new ArrayList<>(), new ArrayList<>(), classes.size());
      for (int i = batch * size; i < (batch + 1) * size; i++) {
        int label = i % classes.size();
        files.files.add(classes.get(label).get(i / classes.size()).toString());
        files.labels.add(label);
      }
      batches.add(files);
    }
    return batches;
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  /** The images as [N, 3, H, W] in [-1, 1], the classes as [N, classes]. */
  DataSet read() throws IOException {
    float[] pixels = null;
    float[] oneHot = new float[files.size() * classes];
    int width = 0;
    int height = 0;
    for (int i = 0; i < files.size(); i++) {
      BufferedImage image = ImageIO.read(Path.of(files.get(i)).toFile());
      width = image.getWidth();
      height = image.getHeight();
      int plane = width * height;
      pixels = pixels == null ? new float[files.size() * 3 * plane] : pixels;
      int[] colours = image.getRGB(0, 0, width, height, null, 0, width);
      for (int at = 0; at < plane; at++) {
        for (int channel = 0; channel < 3; channel++) {
          pixels[(i * 3 + channel) * plane + at] = (colours[at] >> (16 - 8 * channel) & 0xFF) / 127.5f - 1;
        }
      }
      oneHot[i * classes + labels.get(i)] = 1;
    }
    return new DataSet(Nd4j.create(pixels, new long[] {files.size(), 3, height, width}, 'c'),
        Nd4j.create(oneHot, new long[] {files.size(), classes}, 'c'));
  }
}
