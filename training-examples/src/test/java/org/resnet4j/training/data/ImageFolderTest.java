package org.resnet4j.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.training.data.DataException.Kind;

class ImageFolderTest {
  private static final FolderOptions OPTIONS = FolderOptions.DEFAULT.withThreads(2);
  @TempDir
  private Path temp;
  private Path data;

  @BeforeEach
  void nameTheFolder() {
    data = temp.resolve("data");
  }

  @Test
  void theSplitIsStratifiedAndDisjoint() {
    Photos.fill(data.resolve("dog"), 0, 20);
    Photos.fill(data.resolve("cat"), 100, 10);
    ImageFolder folder = ImageFolder.open(data, OPTIONS.withShares(0.2, 0.1));
    assertEquals(List.of("cat", "dog"), folder.classes());
    assertEquals(List.of(7L, 14L), perClass(folder.train()));
    assertEquals(List.of(2L, 4L), perClass(folder.validation()));
    assertEquals(List.of(1L, 2L), perClass(folder.test()));
    Set<Path> all = new HashSet<>(files(folder.train()));
    all.addAll(files(folder.validation()));
    all.addAll(files(folder.test()));
    assertEquals(30, all.size());
    assertEquals(List.of(), folder.warnings());
    assertEquals(List.of(), folder.bad());
  }

  @Test
  void theSplitDependsOnTheSeedAndOnNothingElse() {
    Photos.fill(data.resolve("a"), 0, 12);
    Photos.fill(data.resolve("b"), 100, 12);
    ImageFolder one = ImageFolder.open(data, OPTIONS.withSeed(5).withThreads(1));
    assertEquals(one, ImageFolder.open(data, OPTIONS.withSeed(5).withThreads(4)));
    assertNotEquals(one.validation(), ImageFolder.open(data, OPTIONS.withSeed(6)).validation());
  }

  @Test
  void noShareMeansNoValidation() {
    Photos.fill(data.resolve("a"), 0, 1);
    Photos.fill(data.resolve("b"), 100, 1);
    ImageFolder folder = ImageFolder.open(data, OPTIONS.withShares(0, 0));
    assertEquals(2, folder.train().size());
    assertEquals(List.of(), folder.validation());
  }

  @Test
  void copiesOfAnImageStayOnOneSide() {
    for (int i = 0; i < 10; i++) {
      for (int copy = 0; copy < 3; copy++) {
        Photos.write(data.resolve("a/" + i + "-" + copy + ".png"), Photos.png(i));
      }
    }
    Photos.fill(data.resolve("b"), 100, 10);
    for (long seed = 0; seed < 5; seed++) {
      ImageFolder folder = ImageFolder.open(data, OPTIONS.withSeed(seed));
      Set<Character> train = firstLetters(folder.train());
      assertEquals(6, folder.validation().stream().filter(image -> image.label() == 0).count());
      assertTrue(firstLetters(folder.validation()).stream().noneMatch(train::contains), folder.toString());
      assertTrue(folder.warnings().get(0).startsWith("10 images occur more than once"), folder.warnings().toString());
    }
  }

  private static Set<Character> firstLetters(List<LabeledImage> images) {
    return images.stream().filter(image -> image.label() == 0)
        .map(image -> image.file().getFileName().toString().charAt(0))
        .collect(Collectors.toSet());
  }

  @Test
  void anImageOfTwoClassesIsNamed() {
    Photos.fill(data.resolve("a"), 0, 5);
    Photos.fill(data.resolve("b"), 4, 5);
    String warnings = ImageFolder.open(data, OPTIONS).warnings().toString();
    assertTrue(warnings.contains("04.png") && warnings.contains("is of a and of b"), warnings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"val", "valid", "validation", "Val"})
  void aGivenSplitIsKept(String validation) {
    Photos.fill(data.resolve("train/a"), 0, 3);
    Photos.fill(data.resolve("train/b"), 10, 3);
    Photos.fill(data.resolve(validation + "/a"), 20, 2);
    Photos.fill(data.resolve(validation + "/b"), 30, 1);
    Photos.fill(data.resolve("test/b"), 40, 2);
    ImageFolder folder = ImageFolder.open(data, OPTIONS);
    assertEquals(List.of(3L, 3L), perClass(folder.train()));
    assertEquals(List.of(2L, 1L), perClass(folder.validation()));
    assertEquals(List.of(0L, 2L), perClass(folder.test()));
    assertTrue(folder.warnings().toString().contains("no images of class a"), folder.warnings().toString());
  }

  @Test
  void withoutGivenValidationAShareOfTrainIsSplitOff() {
    Photos.fill(data.resolve("train/a"), 0, 10);
    Photos.fill(data.resolve("train/b"), 20, 10);
    Photos.fill(data.resolve("test/a"), 40, 2);
    Photos.fill(data.resolve("test/b"), 50, 2);
    ImageFolder folder = ImageFolder.open(data, OPTIONS.withShares(0.2, 0.3));
    assertEquals(List.of(8L, 8L), perClass(folder.train()));
    assertEquals(List.of(2L, 2L), perClass(folder.validation()));
    assertEquals(List.of(2L, 2L), perClass(folder.test()));
  }

  @Test
  void copiesOfGivenValidationImagesAreDroppedFromTrain() {
    Photos.fill(data.resolve("train/a"), 0, 5);
    Photos.fill(data.resolve("train/b"), 10, 5);
    Photos.fill(data.resolve("val/a"), 4, 3);
    Photos.fill(data.resolve("val/b"), 20, 3);
    ImageFolder folder = ImageFolder.open(data, OPTIONS);
    assertEquals(List.of(4L, 5L), perClass(folder.train()));
    assertEquals(List.of(3L, 3L), perClass(folder.validation()));
    assertTrue(folder.warnings().stream()
        .anyMatch(warning -> warning.startsWith("1 training images are in validation or test too")
        && warning.contains("04.png")), folder.warnings().toString());
  }

  @Test
  void hiddenFilesAndLitterAreNoImages() throws IOException {
    Photos.fill(data.resolve("a"), 0, 5);
    Photos.fill(data.resolve("b"), 10, 5);
    Photos.write(data.resolve("a/.DS_Store"), new byte[] {1});
    Photos.write(data.resolve("a/Thumbs.db"), new byte[] {1});
    Files.createDirectories(data.resolve(".git/objects"));
    Photos.write(data.resolve("loose.jpg"), new byte[] {1});
    Photos.write(data.resolve("LICENSE"), new byte[] {1});
    ImageFolder folder = ImageFolder.open(data, OPTIONS);
    assertEquals(List.of("a", "b"), folder.classes());
    assertEquals(List.of(), folder.bad());
    assertEquals(1, folder.warnings().size());
    assertTrue(folder.warnings().get(0).contains("loose.jpg"), folder.warnings().toString());
  }

  @Test
  void foldersWithinAClassCountAndLinkLoopsEnd() throws IOException {
    Photos.fill(data.resolve("a/deep/deeper"), 0, 5);
    Photos.fill(data.resolve("b"), 10, 5);
    Files.createSymbolicLink(data.resolve("a/deep/up"), data.resolve("a"));
    Files.createSymbolicLink(data.resolve("b/self"), data.resolve("b"));
    ImageFolder folder = ImageFolder.open(data, OPTIONS);
    assertEquals(10, folder.train().size() + folder.validation().size());
    assertEquals(2, folder.warnings().size(), folder.warnings().toString());
  }

  @Test
  void damagedImagesAreListedWithTheirReasonAndLeftWhereTheyAre() {
    badPhotos();
    AtomicInteger last = new AtomicInteger();
    ImageFolder folder = ImageFolder.open(data, OPTIONS.withProgress((done, total) -> last.set(done * 1000 + total)));
    assertEquals(15_015, last.get());
    assertEquals(10, folder.train().size() + folder.validation().size());
    assertEquals(5, folder.bad().size());
    assertEquals(List.of("empty.jpg", "link.png", "text.jpg", "cut.png", "huge.png"),
        folder.bad().stream().map(bad -> Path.of(bad.file()).getFileName().toString()).toList());
    assertTrue(folder.bad().get(0).reason().contains("zero bytes"), folder.bad().toString());
    assertTrue(folder.bad().get(2).reason().contains("not an image"), folder.bad().toString());
    assertTrue(folder.bad().get(3).reason().contains("ends before"), folder.bad().toString());
    assertTrue(folder.bad().get(4).reason().contains("100000 x 100000"), folder.bad().toString());
    assertTrue(folder.bad().stream().allMatch(bad -> Files.exists(Path.of(bad.file()),
        java.nio.file.LinkOption.NOFOLLOW_LINKS)));
  }

  @Test
  void failNamesTheDamagedImagesAndMovesNothing() {
    badPhotos();
    DataException refused = assertThrows(DataException.class,
        () -> ImageFolder.open(data, OPTIONS.withOnBadImage(OnBadImage.FAIL)));
    assertEquals(Kind.BAD_IMAGE, refused.kind());
    assertTrue(refused.getMessage().contains("5 of 15 images") && refused.getMessage().contains("empty.jpg")
        && refused.getMessage().contains("and 2 more"), refused.getMessage());
    assertFalse(Files.exists(temp.resolve("quarantine")));
  }

  @Test
  void quarantineMovesThemBesideTheDataAndOverwritesNothing() throws IOException {
    badPhotos();
    Photos.write(temp.resolve("quarantine/data/b/cut.png"), new byte[] {42});
    ImageFolder folder = ImageFolder.open(data, OPTIONS.withOnBadImage(OnBadImage.QUARANTINE));
    assertEquals(5, folder.bad().size());
    assertTrue(Files.exists(temp.resolve("quarantine/data/a/empty.jpg")));
    assertEquals(1, Files.size(temp.resolve("quarantine/data/b/cut.png")));
    assertTrue(Files.size(temp.resolve("quarantine/data/b/1-cut.png")) > 1);
    assertFalse(Files.exists(data.resolve("b/cut.png")));
    try (Stream<Path> left = Files.walk(data)) {
      assertEquals(10, left.filter(Files::isRegularFile).count());
    }
    assertEquals(List.of(), ImageFolder.open(data, OPTIONS).bad());
  }

  /** Ten good images and five bad. */
  private void badPhotos() {
    Photos.fill(data.resolve("a"), 0, 5);
    Photos.fill(data.resolve("b"), 10, 5);
    Photos.write(data.resolve("a/empty.jpg"), new byte[0]);
    Photos.write(data.resolve("a/text.jpg"), "no image at all".getBytes());
    Photos.write(data.resolve("b/cut.png"), Arrays.copyOf(Photos.png(20), 100));
    byte[] huge = Photos.png(21);
    System.arraycopy(new byte[] {0, 1, (byte) 0x86, (byte) 0xA0, 0, 1, (byte) 0x86, (byte) 0xA0}, 0, huge, 16, 8);
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(huge, 12, 17);
    java.nio.ByteBuffer.wrap(huge).putInt(29, (int) crc.getValue());
    Photos.write(data.resolve("b/huge.png"), huge);
    try {
      Files.createSymbolicLink(data.resolve("a/link.png"), Path.of("nowhere.png"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void wrongFoldersAreRefusedWithASentence() throws IOException {
    assertRefused(Kind.NO_FOLDER, "no such folder");
    Photos.write(data, new byte[] {1});
    assertRefused(Kind.NOT_A_FOLDER, "a file");
    Files.delete(data);
    Files.createDirectories(data);
    assertRefused(Kind.NO_CLASSES, "no sub-folders");
    Files.createDirectories(data.resolve("a"));
    assertRefused(Kind.ONE_CLASS, "only one class, a");
    Files.createDirectories(data.resolve("b"));
    assertRefused(Kind.NO_IMAGES, "no images");
    Photos.fill(data.resolve("a"), 0, 5);
    assertRefused(Kind.EMPTY_CLASS, "class b has no images");
    Photos.write(data.resolve("b/x.png"), new byte[0]);
    assertRefused(Kind.EMPTY_CLASS, "class b has no readable images");
    Photos.fill(data.resolve("b"), 10, 1);
    assertRefused(Kind.TOO_FEW_TO_SPLIT, "class b has 1 different images");
    Files.createDirectories(data.resolve("line\nbreak"));
    assertRefused(Kind.CLASS_NAME, "line?break");
  }

  @Test
  void aClassOfCopiesOnlyCannotBeSplit() {
    Photos.fill(data.resolve("a"), 0, 5);
    Photos.write(data.resolve("b/1.png"), Photos.png(9));
    Photos.write(data.resolve("b/2.png"), Photos.png(9));
    assertRefused(Kind.TOO_FEW_TO_SPLIT, "class b has 1 different images");
  }

  @Test
  void wrongSplitsAreRefusedWithASentence() {
    Photos.fill(data.resolve("train/a"), 0, 3);
    Photos.fill(data.resolve("train/b"), 10, 3);
    Photos.fill(data.resolve("val/c"), 20, 3);
    assertRefused(Kind.UNKNOWN_CLASS, "class c is not among the training classes a; b");
    Photos.fill(data.resolve("valid/a"), 30, 3);
    assertRefused(Kind.AMBIGUOUS_SPLIT, "both val and valid");
  }

  @Test
  void aClassMayBeCalledTrain() {
    Photos.fill(data.resolve("bus"), 0, 3);
    Photos.fill(data.resolve("train"), 10, 3);
    assertEquals(List.of("bus", "train"), ImageFolder.open(data, OPTIONS).classes());
  }

  private void assertRefused(Kind kind, String part) {
    DataException refused = assertThrows(DataException.class, () -> ImageFolder.open(data, OPTIONS));
    assertEquals(kind, refused.kind(), refused.getMessage());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  private static List<Path> files(List<LabeledImage> images) {
    return images.stream().map(LabeledImage::file).toList();
  }

  private static List<Long> perClass(List<LabeledImage> images) {
    return Stream.of(0, 1).map(label -> images.stream().filter(image -> image.label() == label).count()).toList();
  }
}
