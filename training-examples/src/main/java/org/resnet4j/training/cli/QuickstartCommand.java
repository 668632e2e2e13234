package org.resnet4j.training.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * {@code quickstart}: the main job from a Keras model to a report, on what the program carries, by the commands that a
 * user would type: a {@code resnet_v2.h5} that Keras trained is checked against what Keras computed, and fine-tuned on
 * ten images each of classes that it never saw.
 */
@Command(name = "quickstart",
    description = "Import a Keras model, fine-tune it on other images, look at the report; all of it is carried.")
final class QuickstartCommand implements Callable<Integer> {
  private static final String CARRIED = "/org/resnet4j/training/quickstart/";
  private static final String ARCHIVE = "fashion-mnist-classes.zip";
  private static final String MODEL = "resnet_v2.h5";
  private static final String RECORDED = "resnet_v2.io.npz";
  /** How {@link #MODEL} was fed when Keras trained it. */
  private static final String PIXELS = "unit";
  private static final int SHOWN_IMAGES = 3;

  @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "quickstart",
      description = "Gets the Keras model, the images and the run; an earlier quickstart in it is replaced.")
  private Path out;

  @Option(names = "--epochs", paramLabel = "COUNT", defaultValue = "20", description = "Epochs to train the new head.")
  private int epochs;

  @Option(names = "--images", paramLabel = "COUNT", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Images of each class, at most (default: all).")
  private int imagesOfClass = Integer.MAX_VALUE;

  @Mixin
  private ComputeOptions compute;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    compute.check();
    refuseForeign();
    Path images = out.resolve("images");
    unpack(images);
    for (String file : List.of(MODEL, RECORDED)) {
      try (InputStream carried = carried(file)) {
        Files.copy(carried, out.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    KerasRecord keras = KerasRecord.read(carried("resnet_v2.outputs.json"));
    Path model = out.resolve(MODEL);
    Path run = out.resolve("run");
    Path known = images.resolve("known");
    Path other = images.resolve("other");

    say("A colleague trained " + MODEL + " in Keras. Does Deeplearning4j compute what Keras computed?");
    int code = command("verify", model.toString(), "--io", out.resolve(RECORDED).toString());
    if (code == ExitCode.OK.code()) {
      code = computing("evaluate", "--weights", model.toString(), "--classes", String.join(",", keras.classes()),
          "--preprocessing", PIXELS, "--data", known.toString());
    }
    if (code == ExitCode.OK.code()) {
      KerasRecord.Comparison comparison = keras.compare(model, known, main.err());
      main.out().println(comparison);
      code = (comparison.same() ? ExitCode.OK : ExitCode.DIFFERENT).code();
    }
    if (code == ExitCode.OK.code()) {
      say("Now the model learns five classes that it never saw, from at most ten images of each.");
      code = computing("finetune", "--weights", model.toString(), "--preprocessing", PIXELS, "--data", other.toString(),
          "--out", run.toString(), "--overwrite", "--head-epochs", String.valueOf(epochs), "--epochs", "0",
          "--batch", "16", "--augmentation", "none", "--patience", "0");
    }
    if (code == ExitCode.OK.code()) {
      List<String> predict = new ArrayList<>(List.of("predict", "--model", run.toString(), "--top", "3"));
      predict.addAll(someTestImages(other));
      code = computing(predict.toArray(String[]::new));
    }
    if (code == ExitCode.OK.code()) {
      main.out().println("Look at the report: " + run.resolve("report.html").toAbsolutePath());
    }
    return code;
  }

  private void say(String sentence) {
    main.err().println();
    main.err().println(sentence);
  }

  /** A command on the engine that was asked for. */
  private int computing(String... arguments) {
    return command(Stream.concat(Stream.of(arguments), compute.arguments().stream()).toArray(String[]::new));
  }

  private int command(String... arguments) {
    say("$ resnet4j " + String.join(" ", arguments));
    return main.runCommand(arguments);
  }

  private void refuseForeign() throws IOException {
    if (!Files.isDirectory(out)) {
      return;
    }
    try (Stream<Path> files = Files.list(out)) {
      for (String name : files.map(f -> f.getFileName().toString()).toList()) {
        if (!name.matches("images|run|\\.run\\.(new|old)|resnet_v2\\.(h5|io\\.npz)")) {
          throw new CommandException(ExitCode.USAGE,
              "--out " + out + " holds something else (" + name + "); name a new or empty folder.");
        }
      }
    }
  }

  private static InputStream carried(String file) throws IOException {
    InputStream stream = QuickstartCommand.class.getResourceAsStream(CARRIED + file);
    if (stream == null) {
      throw new IOException("This build carries no " + CARRIED + file);
    }
    return stream;
  }

  /** Unpacks afresh, so that an earlier quickstart with other --images leaves none. */
  private void unpack(Path target) throws IOException {
    deleteImages(target);
    try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(carried(ARCHIVE)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        if (!entry.isDirectory() && number(file) <= imagesOfClass) {
          Files.createDirectories(file.getParent());
          Files.copy(zip, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** The number that an image's name is; 0 for another file. */
  private static int number(Path file) {
    String name = file.getFileName().toString();
    return name.matches("\\d{1,6}\\.png") ? Integer.parseInt(name.substring(0, name.length() - 4)) : 0;
  }

  private static void deleteImages(Path data) throws IOException {
    if (Files.isDirectory(data)) {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".png")).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The first test image of the first classes. */
  private static List<String> someTestImages(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("test"), 2)) {
      return files.filter(f -> f.getFileName().toString().equals("001.png")).sorted().limit(SHOWN_IMAGES)
          .map(Path::toString).toList();
    }
  }
}
