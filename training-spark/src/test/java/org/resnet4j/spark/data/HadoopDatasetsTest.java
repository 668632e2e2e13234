package org.resnet4j.spark.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.HeldOut;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;
import org.resnet4j.zoo.image.ImageException;

class HadoopDatasetsTest {
  private static final DatasetOptions OPTIONS =
      DatasetOptions.standard().withThreads(2).withValidation(HeldOut.share(0.3)).withSeed(3);
  private static final Configuration CONFIGURATION = FarFileSystem.configuration();

  @TempDir
  private Path temp;
  private Path data;

  @BeforeEach
  void nameTheFolder() {
    data = temp.resolve("da ta");
  }

  @AfterEach
  void restore() {
    FarFileSystem.restore();
  }

  /** Of all kinds that have ever been sorted, listed or addressed wrongly. */
  private void fillOddly() throws IOException {
    Drawn.fill(data.resolve("cat"), 0, 6);
    Drawn.fill(data.resolve("cat-big"), 10, 5);
    Drawn.fill(data.resolve("cat/deep/er"), 20, 4);
    Drawn.fill(data.resolve("cat-1"), 60, 4);
    Drawn.fill(data.resolve("Zoo \u00fc%20#"), 30, 5);
    Drawn.write(data.resolve("cat/a:b?.png"), Drawn.encoded(40, "png"));
    Drawn.write(data.resolve("cat/\ud83d\ude00.png"), Drawn.encoded(41, "png"));
    Drawn.write(data.resolve("cat/\uff5e.png"), Drawn.encoded(42, "png"));
    Drawn.write(data.resolve("cat/deep.png"), Drawn.encoded(43, "png"));
    Drawn.write(data.resolve("cat/deep-er.png"), Drawn.encoded(0, "jpg"));
    Drawn.write(data.resolve("cat/.hidden.png"), Drawn.encoded(44, "png"));
    Drawn.write(data.resolve("cat/.hidden/45.png"), Drawn.encoded(45, "png"));
    Drawn.write(data.resolve("cat/Thumbs.db"), new byte[3]);
    Drawn.write(data.resolve("cat/empty.jpg"), new byte[0]);
    Drawn.write(data.resolve("cat/cut.png"), Arrays.copyOf(Drawn.encoded(46, "png"), 200));
    Drawn.write(data.resolve("loose.png"), Drawn.encoded(47, "png"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "far"})
  void aFolderGivesWhatItGivesOnOneMachine(String scheme) throws IOException {
    fillOddly();
    Dataset far = assertSame(scheme);
    assertEquals(2, far.bad().size(), far.bad().toString());
    assertEquals(List.of("Zoo \u00fc%20#", "cat", "cat-1", "cat-big"), far.classes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "far"})
  void givenPartsAreWhatTheyAreOnOneMachine(String scheme) {
    Drawn.fill(data.resolve("train/a"), 0, 5);
    Drawn.fill(data.resolve("train/b"), 10, 5);
    Drawn.fill(data.resolve("Valid/a"), 4, 3); // with a copy
    Drawn.fill(data.resolve("Valid/b"), 20, 3);
    Drawn.fill(data.resolve("test/b"), 30, 2);
    Drawn.fill(data.resolve("other/b"), 40, 1);
    Dataset far = assertSame(scheme);
    assertEquals(9, far.train().size());
    assertEquals(2, far.test().size());
  }

  @Test
  void linksAreFollowedAsOnOneMachine() throws IOException {
    Drawn.fill(data.resolve("a/deep"), 0, 5);
    Drawn.fill(data.resolve("b"), 10, 5);
    Files.createSymbolicLink(data.resolve("a/deep/up"), data.resolve("a"));
    Files.createSymbolicLink(data.resolve("b/again"), data.resolve("a"));
    Files.createSymbolicLink(data.resolve("b/self"), data.resolve("b"));
    Files.createSymbolicLink(data.resolve("b/dead.png"), Path.of("nowhere.png"));
    assertEquals(1, assertSame("file").bad().size());
  }

  private Dataset assertSame(String scheme) {
    Dataset here = Datasets.open(data.toString(), OPTIONS);
    Dataset there = open(scheme);
    assertEquals(here.name(), there.name());
    assertEquals(here.classes(), there.classes());
    assertEquals(here.fingerprint(), there.fingerprint());
    assertEquals(here.bad().size(), there.bad().size());
    IntStream.range(0, here.bad().size()).forEach(i -> {
      assertEquals(here.bad().get(i).reason(), there.bad().get(i).reason());
      assertTrue(there.bad().get(i).file().endsWith(here.bad().get(i).file()), there.bad().toString());
    });
    assertEquals(here.warnings().size(), there.warnings().size(), there.warnings() + " and " + here.warnings());
    assertSame(here.train(), there.train());
    assertSame(here.validation(), there.validation());
    assertSame(here.test(), there.test());
    return there;
  }

  static void assertSame(ImageSource here, ImageSource there) {
    assertEquals(here.size(), there.size());
    for (int i = 0; i < here.size(); i++) {
      assertTrue(there.name(i).endsWith(here.name(i)), here.name(i) + " and " + there.name(i));
      assertEquals(here.label(i), there.label(i));
      assertArrayEquals(pixels(here.image(i)), pixels(there.image(i)));
    }
  }

  static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  private Dataset open(String scheme) {
    return HadoopDatasets.open(new org.apache.hadoop.fs.Path(scheme + "://" + data).toUri(), OPTIONS, CONFIGURATION);
  }

  @Test
  void theListGoesToExecutorsAndIsSmall() throws Exception {
    Drawn.fill(data.resolve("train/a"), 0, 40);
    Drawn.fill(data.resolve("train/b"), 40, 40);
    Drawn.fill(data.resolve("val/a"), 80, 1);
    Dataset far = open("far");
    ImageSource half = far.train().selected(IntStream.range(40, 80).toArray());
    byte[] sent = serialized(half);
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(sent))) {
      assertSame(half, (ImageSource) in.readObject());
    }
    int more = sent.length - serialized(far.validation()).length;
    assertTrue(more < 80 * 40, "80 images take " + more + " bytes");
  }

  private static byte[] serialized(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  @Test
  void aFailingNetworkIsNoDamagedImage() {
    Drawn.fill(data.resolve("a"), 0, 5);
    Drawn.fill(data.resolve("b"), 10, 5);
    FarFileSystem.failOpening(3);
    assertRefused("far", Kind.UNREADABLE, "the network failed");
    ImageSource images = open("far").train();
    FarFileSystem.failOpening(0);
    assertEquals(Kind.UNREADABLE, assertThrows(DataException.class, () -> images.image(0)).kind());
    assertEquals(20, images.image(0).getWidth() - Integer.parseInt(images.name(0).replaceAll(".*/(\\d+)\\..*", "$1"))
        % 7);
  }

  /** As on a worker that has no such folder; one missing file is a damaged image. */
  @Test
  void aFolderThatTheWorkerLacksIsNoDamagedImage() throws IOException {
    Drawn.fill(data.resolve("a"), 0, 5);
    Drawn.fill(data.resolve("b"), 10, 5);
    ImageSource images = open("file").train();
    Path folder = Path.of(images.name(0).substring("file:".length())).getParent();
    for (Path file : files(folder)) {
      Files.delete(file);
    }
    assertThrows(ImageException.class, () -> images.image(0));
    Files.delete(folder);
    DataException failed = assertThrows(DataException.class, () -> images.image(0));
    assertEquals(Kind.UNREADABLE, failed.kind());
    assertTrue(failed.getMessage().endsWith("does every worker see it under this path?"), failed.getMessage());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void quarantineIsForOneMachine() {
    Drawn.fill(data.resolve("a"), 0, 5);
    Drawn.fill(data.resolve("b"), 10, 5);
    Drawn.write(data.resolve("b/empty.png"), new byte[0]);
    DataException refused = assertThrows(DataException.class, () -> HadoopDatasets.open(FarFileSystem.uri(data),
        OPTIONS.withOnBadImage(OnBadImage.QUARANTINE), CONFIGURATION));
    assertTrue(refused.getMessage().contains("empty.png"), refused.getMessage());
    assertTrue(Files.exists(data.resolve("b/empty.png")));
  }

  @Test
  void whatCannotBeTrainedOnIsRefusedWithASentence() throws IOException {
    assertRefused("far", Kind.UNKNOWN_DATA, "no such folder");
    assertRefused("nowhere", Kind.UNREADABLE, "No FileSystem for scheme \"nowhere\"");
    Files.createDirectories(data);
    assertRefused("far", Kind.UNKNOWN_DATA, "no sub-folders");
    Files.createDirectories(data.resolve("a"));
    assertRefused("far", Kind.ONE_CLASS, "only one class, a");
    Files.createDirectories(data.resolve("b"));
    assertRefused("far", Kind.NO_IMAGES, "no images");
    Drawn.fill(data.resolve("a"), 0, 5);
    assertRefused("far", Kind.EMPTY_CLASS, "class b has no images");
    Files.write(data.resolve("b/x.png"), new byte[1]);
    assertRefused("far", Kind.EMPTY_CLASS, "class b has no readable images");
    Path file = data.resolve("a/00.jpg");
    data = file;
    assertRefused("far", Kind.UNKNOWN_DATA, "a file, expected a folder");
  }

  @Test
  void aHostThatIsNotThereIsNamed() {
    DataException refused = assertThrows(DataException.class,
        () -> HadoopDatasets.open(URI.create("hdfs://no-such-host.invalid:9000/x"), OPTIONS, CONFIGURATION));
    assertEquals(Kind.UNREADABLE, refused.kind());
    assertTrue(refused.getMessage().contains("no-such-host.invalid"), refused.getMessage());
  }

  private void assertRefused(String scheme, Kind kind, String part) {
    DataException refused = assertThrows(DataException.class, () -> open(scheme));
    assertEquals(kind, refused.kind(), refused.getMessage());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }
}
