package org.resnet4j.training.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.testdata.Fixtures;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog.SessionStatus;
import org.tensorflow.proto.Summary;

class EventFileTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);
  private static final String RECIPE = "# Recipe\n\n*rate* 0.1, größer";

  @TempDir
  Path temporary;

  /** {@code event_files.py record}. */
  @Test
  void bytesAreThoseOfPyTorchsWriter() throws IOException {
    Path written;
    try (EventFile file = EventFile.next(temporary, 11, CLOCK)) {
      written = file.path();
      file.scalar("loss/train", 11, 2.5);
      file.scalar("loss/train", 1L << 40, Math.PI);
      file.scalar("loss/validation", 11, Double.POSITIVE_INFINITY);
      file.text("recipe/text_summary", 0, RECIPE); // the end is PyTorch's own
      file.histogram("weights", 11, triangle());
    }
    try (InputStream recorded = Fixtures.open("tensorboard/events.out.tfevents.recorded")) {
      byte[] expected = recorded.readAllBytes();
      byte[] found = Files.readAllBytes(written);
      assertEquals(afterFirst(events(expected)), afterFirst(events(found)));
      assertArrayEquals(afterFirst(expected), afterFirst(found));
    }
  }

  /** What {@code event_files.py check} reads by TensorBoard, with {@code -Devents=FOLDER}. */
  @Test
  void runKilledInTheMiddleOfARecordGoesOnInASecondFile() throws IOException {
    Path folder = Optional.ofNullable(System.getProperty("events")).map(Path::of).orElse(temporary).resolve("run");
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 0, 0xff8000);
    try (EventFile file = EventFile.start(folder)) {
      file.text("recipe", 0, RECIPE);
      file.image("sample", 1, image);
      file.histogram("weights", 1, triangle());
      file.histogram("equal", 1, Nd4j.create(new float[] {7, 7, Float.NaN, 7, 7}));
      file.scalar("loss/validation", 2, Double.NaN);
      for (int step = 1; step <= 6; step++) {
        file.scalar("loss/train", step, 1.0 / step);
      }
      file.flush();
    }
    List<Path> files = list(folder);
    byte[] whole = Files.readAllBytes(files.get(0));
    Files.write(files.get(0), Arrays.copyOf(whole, whole.length - 5));
    try (EventFile file = EventFile.resume(folder, 4)) {
      for (int step = 5; step <= 8; step++) {
        file.scalar("loss/train", step, 100 + step);
      }
    }

    files = list(folder);
    assertEquals(2, files.size());
    List<Event> second = events(Files.readAllBytes(files.get(1)));
    assertEquals("brain.Event:2", second.get(0).getFileVersion());
    assertEquals(SessionStatus.START, second.get(1).getSessionLog().getStatus());
    assertEquals(5, second.get(1).getStep());
    assertEquals(List.of(5L, 6L, 7L, 8L), second.subList(2, 6).stream().map(Event::getStep).toList());
    List<Event> first = events(whole);
    assertEquals(SessionStatus.START, first.get(1).getSessionLog().getStatus());
    assertEquals(0, first.get(1).getStep());
    Summary.Image png = first.get(3).getSummary().getValue(0).getImage();
    assertEquals(3, png.getColorspace());
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(png.getEncodedImageString().toByteArray()));
    assertEquals(0xffff8000, read.getRGB(1, 0));
    assertTrue(Math.abs(first.get(1).getWallTime() - System.currentTimeMillis() / 1e3) < 60);
  }

  @Test
  void flushMakesEventsVisibleAndNamesFollowOneAnother() throws IOException {
    try (EventFile file = EventFile.next(temporary, 0, CLOCK); EventFile other = EventFile.next(temporary, 0, CLOCK)) {
      file.scalar("a", 1, 1);
      assertEquals(2, events(Files.readAllBytes(file.path())).size());
      file.flush();
      assertEquals(3, events(Files.readAllBytes(file.path())).size());
      assertTrue(file.path().getFileName().toString().startsWith("events.out.tfevents.1700000000."));
      assertTrue(other.path().getFileName().toString().startsWith("events.out.tfevents.1700000001."));
    }
  }

  @Test
  void histogramOfNothingFiniteIsEmpty() {
    assertEquals(0, Buckets.of(Nd4j.create(new float[] {Float.NaN, Float.POSITIVE_INFINITY})).getBucketCount());
    INDArray transposed = Nd4j.create(new float[][] {{1, 2, 3}, {4, 5, 6}}).transpose();
    assertEquals(21, Buckets.of(transposed).getSum());
  }

  @Test
  void folderThatIsAFileIsRefused() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThrows(IOException.class, () -> EventFile.start(file));
  }

  /** n + 1 times each n of 0 to 30: buckets of width 1, the last with two of them. */
  private static INDArray triangle() {
    return Nd4j.createFromArray(IntStream.rangeClosed(0, 30).boxed()
        .flatMap(v -> Stream.generate(() -> (float) v).limit(v + 1)).toArray(Float[]::new));
  }

  private static List<Event> afterFirst(List<Event> events) {
    return events.subList(1, events.size());
  }

  /** The first event names its writer. */
  private static byte[] afterFirst(byte[] file) {
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return Arrays.copyOfRange(file, 16 + (int) length, file.length);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Takes the frames apart, with a checksum of its own. */
  private static List<Event> events(byte[] file) throws IOException {
    assertEquals(0xe3069283, crc32c("123456789".getBytes()), "RFC 3720's check value");
    ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (buffer.hasRemaining()) {
      byte[] length = new byte[8];
      buffer.get(length);
      assertEquals(masked(length), buffer.getInt());
      byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      buffer.get(data);
      assertEquals(masked(data), buffer.getInt());
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static int masked(byte[] data) {
    int crc = crc32c(data);
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  private static int crc32c(byte[] data) {
    int crc = -1;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    return ~crc;
  }
}
