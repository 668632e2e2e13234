package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.ImageFolder;
import org.resnet4j.training.data.LabeledImage;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.training.loop.TrainingPhase;
import org.resnet4j.training.loop.TrainingPlan;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.report.ShownImage;
import org.resnet4j.training.report.Report;
import org.resnet4j.training.report.ReportContent;
import org.resnet4j.zoo.image.ImageDecoder;
import org.resnet4j.zoo.image.ImageException;

/** What a run of {@code finetune} tells in its report. */
record RunReport(FinetuneCommand options, Chosen chosen, TrainingPlan plan, ImageFolder folder, Loaded network,
                 TrainingResult result, EpochMetrics best) {
  private static final int MOST_MISTAKES = 24;

  /**
   * Writes it.
   *
   * @param part which images the evaluation is of
   * @param images the evaluated images, by prediction index
   */
  void write(String part, Evaluation evaluation, List<LabeledImage> images, List<String> warnings, Path out)
      throws IOException {
    Map<String, String> bad = new LinkedHashMap<>();
    folder.bad().forEach(b -> bad.put(shown(b.file()), b.reason()));
    String model = network.name().orElseGet(() -> String.valueOf(Path.of(start()).getFileName()));
    Report.write(new ReportContent(model + " on " + options.data.data.toAbsolutePath().normalize().getFileName(),
        folder.train().size() + " training, " + folder.validation().size() + " validation and " + folder.test().size()
            + " test images of " + folder.classes().size() + " classes; training: " + result.end() + ".",
        result.epochs(), best, part, evaluation, mistakes(evaluation, images), settings(), environment(), warnings,
        bad), out);
  }

  private List<ShownImage> mistakes(Evaluation evaluation, List<LabeledImage> images) {
    List<ShownImage> mistakes = new ArrayList<>();
    for (Prediction p : evaluation.worstMistakes(MOST_MISTAKES)) {
      Path file = images.get(p.index()).file();
      try {
        mistakes.add(new ShownImage(ImageDecoder.DEFAULT.decode(file), shown(file), p));
      } catch (ImageException vanished) {
        options.main.err().println("Not shown in the report: " + vanished.getMessage());
      }
    }
    return mistakes;
  }

  private String shown(Path file) {
    return file.startsWith(options.data.data) ? options.data.data.relativize(file).toString() : file.toString();
  }

  /** The file or folder that the network comes from. */
  private String start() {
    return String.valueOf(options.source.weights != null ? options.source.weights : options.source.model);
  }

  private Map<String, String> settings() {
    Map<String, String> s = new LinkedHashMap<>();
    s.put("model", network.name().orElse("not told by " + start()));
    s.put("data", options.data.data.toString());
    s.put("start", options.source.pretrained() && !options.fromScratch ? start() : "random weights");
    s.put("input", network.preprocessing().channels() + ", " + network.preprocessing().height() + " x "
        + network.preprocessing().width() + ", mean " + network.preprocessing().mean() + ", deviation "
        + network.preprocessing().std());
    for (TrainingPhase phase : plan.phases()) {
      s.put("phase " + phase.name(), String.format(Locale.ROOT, "up to %d epochs, %s, learning rate %s%s",
          phase.epochs(), phase.learningRate().shape().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          phase.learningRate().peak(), phase.frozenThrough().map(v -> ", frozen through " + v).orElse("")));
    }
    s.put("batch", options.data.batch + " images");
    s.put("momentum", String.valueOf(options.momentum));
    s.put("weight decay", String.valueOf(options.weightDecay));
    s.put("augmentation", options.augmentation.name().toLowerCase(Locale.ROOT));
    s.put("patience", options.patience == 0 ? "none" : options.patience + " epochs");
    s.put("validation share", options.validationShare + ", unless the folder has val");
    s.put("seed", String.valueOf(options.seed));
    s.put("engine", chosen.toString());
    if (chosen.options().recompute()) {
      s.put("activations", "computed again in the backward pass");
    }
    return s;
  }

  private Map<String, String> environment() {
    Map<String, String> e = new LinkedHashMap<>();
    e.put("ResNet4J", Main.Version.text());
    e.put("Deeplearning4j", DoctorCommand.version("org.deeplearning4j", "deeplearning4j-nn"));
    e.put("ND4J backend", Nd4j.getBackend().getClass().getSimpleName());
    if (chosen.engine() == Engine.ONEDNN) {
      e.put("oneDNN", OneDnn.library().version() + " for " + OneDnn.library().instructions());
    }
    e.put("Java", System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")");
    e.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
        + Runtime.getRuntime().availableProcessors() + " cores");
    return e;
  }
}
