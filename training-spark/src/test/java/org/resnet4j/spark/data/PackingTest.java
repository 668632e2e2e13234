package org.resnet4j.spark.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.spark.cli.PackCommand;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;
import org.resnet4j.training.data.HeldOut;
import org.resnet4j.training.data.ImageSource;
import picocli.CommandLine;

class PackingTest {
  private static final DatasetOptions OPTIONS = DatasetOptions.standard().withThreads(2)
      .withValidation(HeldOut.share(0.3));
  private static final Configuration CONFIGURATION = FarFileSystem.configuration();
  private static SparkSession spark;

  @TempDir
  private Path temp;
  private Path data;
  private Path out;

  @BeforeAll
  static void start() {
    spark = session();
  }

  /** Threads of this process in place of executors; a task may fail twice. */
  static SparkSession session() {
    return SparkSession.builder().master("local[2,3]").config("spark.ui.enabled", false)
        .config("spark.driver.host", "localhost").config("spark.sql.codegen.wholeStage", false)
        .config("spark.hadoop." + FarFileSystem.SETTING, FarFileSystem.class.getName()).getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void fill() {
    data = temp.resolve("data");
    out = temp.resolve("out");
    Drawn.fill(data.resolve("train/cat"), 0, 12);
    Drawn.fill(data.resolve("train/dog"), 20, 9);
    Drawn.fill(data.resolve("val/cat"), 40, 3);
    Drawn.fill(data.resolve("val/dog"), 50, 3);
  }

  @AfterEach
  void restore() {
    FarFileSystem.restore();
  }

  private static org.apache.hadoop.fs.Path far(Path path) {
    return new org.apache.hadoop.fs.Path(FarFileSystem.uri(path));
  }

  private Packing.Result pack(long seed, Packing.Format format) {
    return pack(data, out, seed, format);
  }

  private static Packing.Result pack(Path data, Path out, long seed, Packing.Format format) {
    return new Packing(spark, new Packing.Options(far(data), far(out), 5000, seed, format))
        .run(images -> { }, done -> { });
  }

  private Dataset open() {
    return HadoopDatasets.open(FarFileSystem.uri(out), OPTIONS, CONFIGURATION);
  }

  /** Of a source that is a selection of packed images: by name, the bytes. */
  private static Map<String, ImageSource> byName(ImageSource images) {
    Map<String, ImageSource> found = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      found.put(images.name(i), images.selected(i));
    }
    assertEquals(images.size(), found.size());
    return found;
  }

  private void assertHoldsAll(Dataset packed) {
    Dataset folder = Datasets.open(data.toString(), OPTIONS);
    assertEquals(folder.classes(), packed.classes());
    assertHoldsAll(folder.train(), packed.train());
    assertHoldsAll(folder.validation(), packed.validation());
    assertHoldsAll(folder.test(), packed.test());
  }

  private void assertHoldsAll(ImageSource folder, ImageSource packed) {
    assertEquals(folder.size(), packed.size());
    Map<String, ImageSource> found = byName(packed);
    for (int i = 0; i < folder.size(); i++) {
      ImageSource image = found.get(data.relativize(Path.of(folder.name(i))).toString());
      assertEquals(folder.label(i), image.label(0));
      assertArrayEquals(HadoopDatasetsTest.pixels(folder.image(i)), HadoopDatasetsTest.pixels(image.image(0)));
    }
  }

  @Test
  void aPackedSetIsItsFolderInRandomOrder() throws Exception {
    List<Integer> heard = new ArrayList<>();
    Packing.Result result = new Packing(spark, new Packing.Options(far(data), far(out), 5000, 7,
        Packing.Format.SEQUENCE)).run(heard::add, heard::add);
    assertEquals(27, result.images());
    assertEquals(27, heard.get(0));
    assertEquals(27, heard.get(heard.size() - 1));
    assertTrue(result.files() >= 4, result.toString());
    Dataset packed = open();
    assertHoldsAll(packed);
    assertFalse(isSorted(packed.train()), "not shuffled");
    assertEquals(packed.fingerprint(), open().fingerprint());
    int[] widths = IntStream.range(0, 500).parallel()
        .map(i -> packed.train().image(i % 21).getWidth() - packed.train().image(20 - i % 21).getWidth()).toArray();
    assertArrayEquals(IntStream.range(0, 500).map(i -> packed.train().image(i % 21).getWidth()
        - packed.train().image(20 - i % 21).getWidth()).toArray(), widths);
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(result.files() + 1, files.count(), "the sequence files and the index");
    }
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(sent)) {
      stream.writeObject(packed.train());
    }
    try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(sent.toByteArray()))) {
      HadoopDatasetsTest.assertSame(packed.train(), (ImageSource) stream.readObject());
    }
  }

  private static boolean isSorted(ImageSource images) {
    List<String> names = IntStream.range(0, images.size()).mapToObj(images::name).toList();
    return names.equals(names.stream().sorted().toList());
  }

  @Test
  void theOrderIsTheSeedsAndNothingElse() throws IOException {
    pack(data, out, 1, Packing.Format.SEQUENCE);
    List<String> one = names(open().train());
    String fingerprint = open().fingerprint();
    out = temp.resolve("again");
    FarFileSystem.failOpening(8); // a task runs twice
    pack(data, out, 1, Packing.Format.SEQUENCE);
    assertEquals(one, names(open().train()));
    assertEquals(fingerprint, open().fingerprint());
    out = temp.resolve("other");
    pack(data, out, 2, Packing.Format.SEQUENCE);
    assertNotEquals(one, names(open().train()));
    assertEquals(new HashSet<>(one), new HashSet<>(names(open().train())));
  }

  private static List<String> names(ImageSource images) {
    return IntStream.range(0, images.size()).mapToObj(images::name).toList();
  }

  @Test
  void whatIsNotGivenIsHeldOutByTheSameRules() {
    data = data.resolve("train");
    Drawn.write(data.resolve("dog/copy.jpg"), Drawn.encoded(20, "jpg"));
    pack(1, Packing.Format.SEQUENCE);
    Dataset packed = open();
    Dataset folder = Datasets.open(data.toString(), OPTIONS);
    assertEquals(folder.validation().size(), packed.validation().size());
    assertEquals(folder.train().size(), packed.train().size());
    assertTrue(packed.warnings().get(0).contains("dog/copy.jpg") && packed.warnings().get(0).contains("dog/20.jpg"),
        packed.warnings().toString());
    DataException refused = assertThrows(DataException.class, () -> HadoopDatasets.open(FarFileSystem.uri(out),
        OPTIONS.withValidation(HeldOut.NONE), CONFIGURATION));
    assertEquals(Kind.NO_VALIDATION, refused.kind());
  }

  @Test
  void otherProgramsReadTheFiles() throws IOException {
    pack(1, Packing.Format.SEQUENCE);
    Map<String, byte[]> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".seq")).toList()) {
        try (SequenceFile.Reader reader = new SequenceFile.Reader(CONFIGURATION,
            SequenceFile.Reader.file(far(file)))) {
          Text key = new Text();
          BytesWritable value = new BytesWritable();
          while (reader.next(key, value)) {
            found.put(key.toString(), value.copyBytes());
          }
        }
      }
    }
    assertEquals(27, found.size());
    assertArrayEquals(Drawn.encoded(21, "png"), found.get("dog\ttrain/dog/21.png"));
  }

  @Test
  void damagedImagesAreLeftOutCountedAndListed() {
    Drawn.write(data.resolve("train/dog/cut.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    Drawn.write(data.resolve("val/cat/empty.jpg"), new byte[0]);
    Packing.Result result = pack(1, Packing.Format.SEQUENCE);
    assertEquals(List.of("train/dog/cut.png", "val/cat/empty.jpg"), result.bad().stream().map(BadImage::file).toList());
    assertTrue(result.bad().get(0).reason().contains("ends before"), result.toString());
    assertHoldsAll(open());
  }

  @Test
  void aClassWithoutReadableImagesIsRefusedAndLeavesNothing() throws IOException {
    try (Stream<Path> dogs = Files.list(data.resolve("train/dog"))) {
      dogs.forEach(dog -> Drawn.write(dog, new byte[3]));
    }
    DataException refused = assertThrows(DataException.class, () -> pack(1, Packing.Format.SEQUENCE));
    assertEquals(Kind.EMPTY_CLASS, refused.kind());
    assertTrue(refused.getMessage().contains("class dog") && refused.getMessage().contains("train/dog/20.jpg"),
        refused.getMessage());
    assertFalse(Files.exists(out));
  }

  @Test
  void killedAtAnyMomentItOpensAsAWholeOrNotAtAll() throws IOException {
    int many = 1 << 20;
    FarFileSystem.cutOffAfter(many);
    pack(1, Packing.Format.SEQUENCE);
    int all = many - FarFileSystem.changesLeft();
    List<Integer> atEnd = new ArrayList<>();
    for (int changes : new int[] {0, 1, 2, 3, all / 2, all - 6, all - 5, all - 4, all - 3, all - 2, all - 1}) {
      out = temp.resolve("out" + changes);
      FarFileSystem.cutOffAfter(changes);
      UncheckedIOException failed = assertThrows(UncheckedIOException.class, () -> pack(1, Packing.Format.SEQUENCE));
      assertTrue(failed.getMessage().contains("cannot be written"), failed.getMessage());
      FarFileSystem.restore();
      if (Files.exists(out.resolve(PackIndex.FILE))) {
        assertHoldsAll(open());
        atEnd.add(changes);
      } else {
        assertRefusedToOpen();
      }
    }
    assertEquals(List.of(all - 1), atEnd, "the last change but one makes the set a whole");
  }

  private void assertRefusedToOpen() {
    DataException refused = assertThrows(DataException.class, this::open);
    boolean begun = Files.exists(out.resolve(PackIndex.UNFINISHED));
    assertEquals(begun ? Kind.BAD_FILE : Kind.UNKNOWN_DATA, refused.kind(), refused.getMessage());
    assertTrue(!begun || refused.getMessage().contains("not packed to the end"), refused.getMessage());
  }

  @Test
  void parquetIsWrittenAndPackedAnew() {
    Drawn.write(data.resolve("train/dog/cut.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    Path table = temp.resolve("table");
    Packing.Result result = pack(data, table, 1, Packing.Format.PARQUET);
    assertEquals(List.of("train/dog/cut.png"), result.bad().stream().map(BadImage::file).toList());
    assertEquals(27, result.images());
    List<Row> rows = spark.read().parquet(FarFileSystem.uri(table).toString()).where("path = 'val/cat/41.png'")
        .collectAsList();
    assertEquals("cat", rows.get(0).getString(1));
    assertEquals("val", rows.get(0).getString(2));
    assertArrayEquals(Drawn.encoded(41, "png"), rows.get(0).<byte[]>getAs(3));
    DataException refused = assertThrows(DataException.class,
        () -> HadoopDatasets.open(FarFileSystem.uri(table), OPTIONS, CONFIGURATION));
    assertTrue(refused.getMessage().contains("pack them first"), refused.getMessage());
    pack(table, out, 1, Packing.Format.SEQUENCE);
    assertHoldsAll(open());
  }

  @Test
  void anotherTableIsRefused() {
    Path table = temp.resolve("table");
    spark.range(3).write().parquet(FarFileSystem.uri(table).toString());
    DataException refused = assertThrows(DataException.class, () -> pack(table, out, 1, Packing.Format.SEQUENCE));
    assertTrue(refused.getMessage().contains("no column path of type string"), refused.getMessage());
    assertFalse(Files.exists(out));
  }

  @Test
  void executorsCheckAFolderAsOneMachineDoes() {
    Drawn.write(data.resolve("train/dog/cut.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    List<Integer> heard = new ArrayList<>();
    Dataset checked = HadoopDatasets.open(FarFileSystem.uri(data),
        OPTIONS.withProgress((done, total) -> heard.add(done)),
        JavaSparkContext.fromSparkContext(spark.sparkContext()));
    Dataset here = Datasets.open(data.toString(), OPTIONS);
    assertEquals(here.fingerprint(), checked.fingerprint());
    assertEquals(here.bad().get(0).reason(), checked.bad().get(0).reason());
    assertEquals(IntStream.rangeClosed(1, 28).boxed().toList(), heard);
    HadoopDatasetsTest.assertSame(here.train(), checked.train());
  }

  @Test
  void theCommandTellsWhatItDid() {
    Drawn.write(data.resolve("train/dog/cut.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    Ran ran = run("--data", far(data).toString(), "--out", far(out).toString(), "--file-size", "5KB");
    assertEquals(null, ran.failure);
    assertTrue(ran.out.startsWith("Packed 27 images of 2 classes, "), ran.out);
    assertTrue(ran.err.contains("left out: 1") && ran.err.contains("train/dog/cut.png: "), ran.err);
    assertEquals(27, open().train().size() + open().validation().size());
    assertUsage("holds a packed set", "--data", far(data).toString(), "--out", far(out).toString());
    assertUsage("lies in the data", "--data", far(data).toString(), "--out", far(data.resolve("x")).toString());
    assertUsage("holds something else (", "--data", far(out).toString(), "--out",
        far(data.resolve("train")).toString());
    Drawn.write(temp.resolve("half").resolve(PackIndex.UNFINISHED), new byte[0]);
    assertUsage("not packed to the end", "--data", far(data).toString(), "--out", far(temp.resolve("half")).toString());
    assertUsage("no path", "--data", "", "--out", far(out).toString());
    DataException none = (DataException) run("--data", far(temp.resolve("no")).toString(), "--out", "far:///x").failure;
    assertEquals(Kind.NO_FOLDER, none.kind());
    DataException empty = (DataException) run("--data", far(data.resolve("train/cat")).toString(), "--out",
        far(temp.resolve("empty")).toString()).failure;
    assertEquals(Kind.NO_CLASSES, empty.kind());
    assertFalse(Files.exists(temp.resolve("empty")));
  }

  private void assertUsage(String part, String... arguments) {
    CommandException refused = (CommandException) run(arguments).failure;
    assertEquals(ExitCode.USAGE, refused.exitCode());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  private record Ran(String out, String err, Exception failure) { }

  private static Ran run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Exception[] failure = new Exception[1];
    new CommandLine(new PackCommand(new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8), () -> spark)).setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, parsed) -> {
          failure[0] = e;
          return 1;
        }).execute(arguments);
    return new Ran(out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), failure[0]);
  }
}
