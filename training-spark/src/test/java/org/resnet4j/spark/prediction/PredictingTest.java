package org.resnet4j.spark.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.EngineOptions;
import org.resnet4j.engine.Precision;
import org.resnet4j.spark.data.Drawn;
import org.resnet4j.spark.data.FarFileSystem;
import org.resnet4j.spark.data.Packing;
import org.resnet4j.spark.training.Computing;
import org.resnet4j.training.data.BadImage;
import org.resnet4j.training.data.BatchOptions;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;
import org.resnet4j.training.data.FolderOptions;
import org.resnet4j.training.data.ImageBatches;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Network;
import org.resnet4j.zoo.ResNetTransfer;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.classify.Prediction;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.Preprocessing;
import org.resnet4j.zoo.weights.SavedModel;

/** Within one process: Spark's local threads in place of executors; a task may fail twice. */
class PredictingTest {
  private static final int TOP = 2;

  @TempDir
  private static Path models;
  private static SparkSession session;
  private static SavedModel model;

  @TempDir
  private Path temp;
  private Path data;

  @BeforeAll
  static void start() {
    session = SparkSession.builder().master("local[2,3]").config("spark.ui.enabled", false)
        .config("spark.driver.host", "localhost").config("spark.sql.codegen.wholeStage", false)
        .config("spark.sql.adaptive.enabled", false).config("spark.sql.shuffle.partitions", 1)
        .config("spark.hadoop." + FarFileSystem.SETTING, FarFileSystem.class.getName()).getOrCreate();
    new SavedModel(ResNets.named("cifar_resnet8").numClasses(3).inputShape(3, 16, 16).seed(4).build().init(),
        List.of("dog", "cat", "owl"), Preprocessing.unit(16), Map.of()).save(models.resolve("model"));
    model = SavedModel.load(models.resolve("model"));
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @BeforeEach
  void fill() {
    data = temp.resolve("data");
    Drawn.fill(data.resolve("cat"), 0, 9);
    Drawn.fill(data.resolve("dog"), 20, 8);
  }

  @AfterEach
  void restore() {
    FarFileSystem.restore();
  }

  private static org.apache.hadoop.fs.Path far(Path path) {
    return new org.apache.hadoop.fs.Path(FarFileSystem.uri(path));
  }

  private static Predicting.Options options(Path from, Path to, int batch, boolean features, Engine engine) {
    return new Predicting.Options(far(from), far(to), TOP, batch, features,
        new Computing(engine, Precision.FLOAT32, 1));
  }

  private static Predicting.Result predict(Predicting.Options options) {
    return new Predicting(session, options).run(model, images -> { }, done -> { });
  }

  private static Predicting.Result predict(Path from, Path to) {
    return predict(options(from, to, 5, false, Engine.ONEDNN));
  }

  /** By the image's path below the data; each once. */
  private Map<String, Row> rows(Path table) {
    Map<String, Row> rows = new TreeMap<>();
    for (Row row : session.read().parquet(table.toString()).collectAsList()) {
      String path = belowData(row.getString(0));
      assertNull(rows.put(path, row), path + " twice");
    }
    return rows;
  }

  private String belowData(String path) {
    return path.startsWith(far(data) + "/") ? path.substring((far(data) + "/").length()) : path;
  }

  private static List<Prediction> predictions(Row row) {
    return row.<Row>getList(row.fieldIndex(PredictionTable.PREDICTIONS)).stream()
        .map(p -> new Prediction(p.getString(0), p.getFloat(1))).toList();
  }

  private static BufferedImage image(Path file) {
    return model.preprocessing().fit(ImageDecoder.DEFAULT.decode(file));
  }

  /** What one machine's network says in a batch of this size, in which the image is the last; others are like it. */
  private static float[] last(Network network, Path file, int batch) {
    int length = model.preprocessing().inputLength();
    float[] pixels = new float[batch * length];
    for (int i = 0; i < batch; i++) {
      model.preprocessing().normalize(image(file), CNN2DFormat.NCHW, pixels, i * length);
    }
    INDArray output = network.output(Nd4j.create(pixels, new long[] {batch, 3, 16, 16}, 'c'));
    return output.getRow(batch - 1).toFloatVector();
  }

  private void assertAsAlone(Map<String, Row> rows, Engine engine, int batch) {
    try (Network network = engine.open(model.graph(), EngineOptions.standard().withThreads(1))) {
      rows.forEach((name, row) -> {
        if (!row.isNullAt(2)) {
          assertEquals(Prediction.best(last(network, data.resolve(name), batch), model.classes(), TOP),
              predictions(row), name);
        }
      });
    }
  }

  /** A batch of 5 is cut otherwise in each of the three. In the folder a read fails, and with it a task. */
  @Test
  void aFolderAPackedSetAndATableGiveWhatOneMachineGives() throws Exception {
    Path packed = temp.resolve("packed");
    Path table = temp.resolve("table");
    for (Packing.Format format : Packing.Format.values()) {
      new Packing(session, new Packing.Options(far(data), far(format == Packing.Format.SEQUENCE ? packed : table), 9000,
          3, format)).run(images -> { }, done -> { });
    }
    int right = rightOnOneMachine();
    assertTrue(right > 0 && right < 17, right + " are right");
    AtomicInteger failed = new AtomicInteger();
    session.sparkContext().addSparkListener(new SparkListener() {
      @Override
      public void onTaskEnd(SparkListenerTaskEnd task) {
        failed.addAndGet(task.taskInfo().failed() ? 1 : 0);
      }
    });
    for (Path given : List.of(data, packed, table)) {
      Path out = temp.resolve("out-" + given.getFileName());
      FarFileSystem.failOpening(given == data ? 11 : Integer.MAX_VALUE);
      assertEquals(new Predicting.Result(17, List.of(), 17, right, 0, List.of()), predict(given, out));
      Map<String, Row> rows = rows(out);
      assertEquals(17, rows.size());
      assertAsAlone(rows, Engine.ONEDNN, 5);
      rows.forEach((name, row) -> assertEquals(name.substring(0, 3), row.getString(1)));
    }
    assertEquals(1, failed.get());
  }

  private int rightOnOneMachine() {
    List<LabeledImage> images = ImageFolder.open(data, FolderOptions.DEFAULT.withShares(0, 0)).train().stream()
        .map(image -> new LabeledImage(image.file(), 1 - image.label())).toList(); // the model has the dog first
    try (Network network = Engine.ONEDNN.open(model.graph(), EngineOptions.standard().withThreads(1));
        ImageBatches batches = new ImageBatches(images, model.classes(), model.preprocessing(),
            BatchOptions.evaluation(5))) {
      return Evaluation.of(network, model.classes(), batches, count -> { }).right();
    }
  }

  @Test
  void oneByOneTheyAreTheClassifiersWithItsFeatures() {
    assertEquals(17, predict(options(data, temp.resolve("out"), 1, true, Engine.ONEDNN)).images());
    try (Network network = Engine.ONEDNN.open(model.graph(), EngineOptions.standard().withThreads(1));
        ImageClassifier classifier = new ImageClassifier(model, network::output)) {
      rows(temp.resolve("out")).forEach((name, row) -> {
        assertEquals(classifier.classify(data.resolve(name), TOP), predictions(row));
        float[] features = classifier.features(ImageDecoder.DEFAULT.decode(data.resolve(name)));
        List<Float> found = row.getList(row.fieldIndex(PredictionTable.FEATURES));
        assertEquals(64, found.size());
        for (int i = 0; i < features.length; i++) {
          assertEquals(features[i], found.get(i), 1e-5f, "the classifier's are DL4J's own");
        }
      });
    }
  }

  @Test
  void photosInWhateverFolders() {
    Drawn.fill(data.resolve("2019/june"), 40, 3);
    Drawn.fill(data.resolve("train/owl"), 50, 1);
    Drawn.fill(data, 60, 1);
    Drawn.fill(data.resolve(".thumbnails"), 70, 2);
    Drawn.write(data.resolve("2019/notes.txt"), new byte[9]);
    Path out = temp.resolve("out");
    Predicting.Result result = predict(new Predicting.Options(new org.apache.hadoop.fs.Path(data.toString()),
        new org.apache.hadoop.fs.Path(out.toString()), TOP, 5, false,
        new Computing(Engine.ONEDNN, Precision.FLOAT32, 1)));
    assertEquals(22, result.images());
    assertEquals(18, result.labelled());
    assertTrue(result.warnings().get(0).contains("1 files") && result.warnings().get(0).contains("2019/notes.txt"),
        result.warnings().toString());
    Map<String, String> labels = new TreeMap<>();
    rows(out).forEach((path, row) -> labels.put(path.replace("file:" + data + "/", ""), row.getString(1)));
    assertTrue(labels.containsKey("2019/june/41.png") && labels.get("2019/june/41.png") == null, labels.toString());
    assertTrue(labels.containsKey("60.jpg") && labels.get("60.jpg") == null, labels.toString());
    assertEquals("owl", labels.get("train/owl/50.jpg"));
    assertEquals("dog", labels.get("dog/21.png"));
  }

  @Test
  void aDamagedImageHasARowThatSaysSoAndTheOthersAreAsEver() {
    Drawn.write(data.resolve("cat/01b.png"), Arrays.copyOf(Drawn.encoded(90, "png"), 200));
    Drawn.write(data.resolve("dog/20b.jpg"), "no image".getBytes(StandardCharsets.UTF_8));
    Drawn.write(data.resolve("dog/99.jpg"), new byte[0]);
    Drawn.write(data.resolve("dog/.99.jpg"), new byte[0]);
    Drawn.write(data.resolve("notes.txt"), new byte[9]);
    Predicting.Result result = predict(options(data, temp.resolve("out"), 8, true, Engine.DL4J));
    assertEquals(20, result.images());
    assertEquals(17, result.labelled());
    assertTrue(result.warnings().get(0).contains("such as notes.txt"), result.warnings().toString());
    List<String> damaged = List.of("cat/01b.png", "dog/20b.jpg", "dog/99.jpg");
    assertEquals(damaged, result.bad().stream().map(BadImage::file).map(this::belowData).toList());
    Map<String, Row> rows = rows(temp.resolve("out"));
    assertEquals(20, rows.size());
    assertAsAlone(rows, Engine.DL4J, 8);
    ComputationGraph pooled = ResNetTransfer.featureExtractor(model.graph(), "pool");
    rows.forEach((name, row) -> {
      if (!damaged.contains(name)) {
        assertEquals(Arrays.asList(ArrayUtils.toObject(last(Network.of(pooled), data.resolve(name), 8))),
            row.<Float>getList(3));
      }
      assertEquals(damaged.contains(name), row.isNullAt(2));
      assertEquals(damaged.contains(name), row.isNullAt(3));
      assertEquals(name.startsWith("cat") ? "cat" : "dog", row.getString(1));
      assertEquals(damaged.contains(name) ? result.bad().get(damaged.indexOf(name)).reason() : null, row.getString(4));
    });
  }

  /** Cut off at a change of the file system, every one from then on fails. */
  @Test
  void brokenOffItLeavesNothingThatLooksWhole() {
    int many = 1 << 20;
    FarFileSystem.cutOffAfter(many);
    predict(data, temp.resolve("whole"));
    int all = many - FarFileSystem.changesLeft();
    Map<String, Row> whole = rows(temp.resolve("whole"));
    assertTrue(Files.exists(temp.resolve("whole/_SUCCESS")));
    for (int changes : new int[] {0, all / 2, all - 2, all - 1}) {
      Path out = temp.resolve("out" + changes);
      FarFileSystem.cutOffAfter(changes);
      UncheckedIOException failure = assertThrows(UncheckedIOException.class, () -> predict(data, out));
      assertTrue(failure.getMessage().contains("cannot be written"), failure.getMessage());
      assertFalse(Files.exists(out.resolve("_SUCCESS")));
      assertEquals(changes == all - 1, Files.exists(out), "renamed, but for the mark, all was done");
    }
    assertEquals(whole, rows(temp.resolve("out" + (all - 1))));
  }

  @Test
  void whatCannotBePredictedIsRefused() {
    Path texts = temp.resolve("texts");
    Drawn.write(texts.resolve("a.txt"), new byte[1]);
    refused(Kind.NO_IMAGES, "no images in or below", texts);
    refused(Kind.UNKNOWN_DATA, "no such folder", temp.resolve("nowhere"));
    refused(Kind.UNKNOWN_DATA, "a file, expected a folder", data.resolve("cat/00.jpg"));
    Drawn.write(temp.resolve("half/_unfinished.resnet4j"), new byte[0]);
    refused(Kind.BAD_FILE, "not packed to the end", temp.resolve("half"));
    session.range(1).write().parquet(temp.resolve("numbers").toString());
    refused(Kind.BAD_FILE, "no column path of type string", temp.resolve("numbers"));
    session.range(1).selectExpr("string(null) as path", "binary('y') as bytes").write()
        .parquet(temp.resolve("nameless").toString());
    refused(Kind.BAD_FILE, "a row has no path", temp.resolve("nameless"));
    assertEquals("lies in the data; name another folder",
        new Predicting(session, options(data, data.resolve("out"), 5, false, Engine.ONEDNN)).objection().get());
  }

  private void refused(Kind kind, String part, Path from) {
    DataException refused = assertThrows(DataException.class, () -> predict(from, temp.resolve("out")));
    assertEquals(kind, refused.kind());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
    assertFalse(Files.exists(temp.resolve("out")));
  }
}
