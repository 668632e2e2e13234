package org.resnet4j.training.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.resnet4j.training.loop.Network;
import org.resnet4j.zoo.classify.ImageClassifier;
import org.resnet4j.zoo.classify.Prediction;
import org.resnet4j.zoo.image.ImageException;
import org.resnet4j.zoo.weights.SavedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code predict}: the likeliest classes of each image. A damaged image is told and the others are still predicted. */
@Command(name = "predict", description = "Tell the likeliest classes of images.")
final class PredictCommand implements Callable<Integer> {
  @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Image files.")
  private List<Path> images;

  @Mixin
  private ModelSource source;

  @Mixin
  private ComputeOptions compute;

  @Option(names = "--top", paramLabel = "COUNT", defaultValue = "5", description = "How many classes to tell.")
  private int top;

  @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "text",
      description = "text, json (one array) or csv (file,rank,class,probability).")
  private ResultFormat format;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new CommandException(ExitCode.USAGE, "--top is 1 or more; found " + top + ".");
    }
    compute.check();
    main.startBackend();
    List<Map<String, Object>> json = new ArrayList<>();
    boolean allRead = true;
    SavedModel model = source.classifier(main.err());
    try (Network network = compute.open(model.graph(), main.err());
        ImageClassifier classifier = new ImageClassifier(model, network::output)) {
      if (format == ResultFormat.CSV) {
        main.out().println("file,rank,class,probability");
      }
      for (Path image : images) {
        try {
          List<Prediction> likeliest = classifier.classify(image, top);
          switch (format) {
            case TEXT -> text(image, likeliest);
            case CSV -> csv(image, likeliest);
            case JSON -> json.add(json(image, likeliest));
          }
        } catch (ImageException e) {
          allRead = false;
          main.err().println(Printable.of(e.getMessage()));
          if (format == ResultFormat.JSON) {
            json.add(Map.of("file", image.toString(), "error", e.reason()));
          }
        }
      }
    }
    if (format == ResultFormat.JSON) {
      main.out().println(JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(json));
    }
    return (allRead ? ExitCode.OK : ExitCode.BAD_DATA).code();
  }

  private void text(Path image, List<Prediction> likeliest) {
    main.out().println(Printable.of(image));
    for (Prediction p : likeliest) {
      main.out().printf(Locale.ROOT, "  %6.2f %%  %s%n", 100 * p.probability(), p.className());
    }
  }

  private void csv(Path image, List<Prediction> likeliest) {
    for (int i = 0; i < likeliest.size(); i++) {
      main.out().printf(Locale.ROOT, "%s,%d,%s,%.6f%n", quoted(image.toString()), i + 1,
          quoted(likeliest.get(i).className()), likeliest.get(i).probability());
    }
  }

  /** RFC 4180: in quotes when it has to be. */
  private static String quoted(String field) {
    return field.matches("[^\",\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  private static Map<String, Object> json(Path image, List<Prediction> likeliest) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("file", image.toString());
    entry.put("predictions", likeliest.stream().map(p -> {
      Map<String, Object> prediction = new LinkedHashMap<>();
      prediction.put("class", p.className());
      prediction.put("probability", p.probability());
      return prediction;
    }).toList());
    return entry;
  }
}
