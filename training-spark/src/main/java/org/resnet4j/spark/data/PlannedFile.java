package org.resnet4j.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.resnet4j.training.data.Part;
import org.resnet4j.training.data.Shuffle;

/**
 * What goes into one packed file, and one task.
 *
 * @param number of the file, from 0 on, over all parts
 * @param images indices into the list, in the file's order
 */
record PlannedFile(int number, Part part, int[] images) implements Serializable {

  /**
   * Shuffles each part's images by the seed and cuts them into files, so that each file is a random sample of its part.
   *
   * @param fileBytes of images in a file, unless a single image has more
   */
  static List<PlannedFile> plan(PackList list, long fileBytes, long seed) {
    List<PlannedFile> files = new ArrayList<>();
    for (Part part : Part.values()) {
      int[] images = IntStream.range(0, list.size()).filter(i -> list.parts()[i] == part).toArray();
      Shuffle.apply(images, new Random(seed * 31 + part.ordinal()));
      int from = 0;
      long bytes = 0;
      for (int i = 0; i < images.length; i++) {
        long more = list.bytes()[images[i]];
        if (i > from && bytes + more > fileBytes) {
          files.add(new PlannedFile(files.size(), part, Arrays.copyOfRange(images, from, i)));
          from = i;
          bytes = 0;
        }
        bytes += more;
      }
      if (from < images.length) {
        files.add(new PlannedFile(files.size(), part, Arrays.copyOfRange(images, from, images.length)));
      }
    }
    return files;
  }
}
