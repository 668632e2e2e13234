package org.resnet4j.training.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.cli.ComputeOptions.Chosen;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.loop.Engine;
import org.resnet4j.training.loop.EpochMetrics;
import org.resnet4j.training.loop.Evaluation;
import org.resnet4j.training.loop.Prediction;
import org.resnet4j.training.loop.TrainingResult;
import org.resnet4j.training.recipe.Recipe;
import org.resnet4j.training.report.GradCam;
import org.resnet4j.training.report.Report;
import org.resnet4j.training.report.ReportContent;
import org.resnet4j.training.report.ReportExtras;
import org.resnet4j.training.report.ShownImage;
import org.resnet4j.zoo.image.ImageException;

/** What a run tells in its report. */
record RunReport(TrainingJob job, Recipe recipe, Chosen chosen, Dataset dataset, Loaded network, TrainingResult result,
                 EpochMetrics best) {
  private static final int MOST_MISTAKES = 24;
  /** Pixels of a map's side: the last activation of a small image's net has 2, and tells little. */
  private static final int LEAST_MAP = 4;

  /**
   * Writes it.
   *
   * @param part which images the evaluation is of
   * @param images the evaluated images, by prediction index
   */
  void write(String part, Evaluation evaluation, ImageSource images, List<String> warnings, Path out)
      throws IOException {
    Map<String, String> bad = new LinkedHashMap<>();
    dataset.bad().forEach(b -> bad.put(shown(b.file().toString()), b.reason()));
    Optional<GradCam> cam = cam();
    String model = network.name().orElseGet(() -> String.valueOf(Path.of(job.source().shown()).getFileName()));
    Report.write(new ReportContent(model + " on " + dataset.name(),
        dataset.train().size() + " training, " + dataset.validation().size() + " validation and "
            + dataset.test().size() + " test images of " + dataset.classes().size() + " classes; training: "
            + result.end() + ".",
        result.epochs(), best, part, evaluation, shown(evaluation.worstMistakes(MOST_MISTAKES), images, cam),
        settings(), environment(), warnings, bad,
        new ReportExtras(Optional.of(recipe.toYaml()), shown(likeliest(evaluation), images, cam))), out);
  }

  /** Empty, with a line, of a network that has no such maps. */
  private Optional<GradCam> cam() {
    try {
      GradCam cam = GradCam.of(result.graph(), LEAST_MAP);
      cam.map(Nd4j.zeros(network.preprocessing().shape(1, network.format())), 0);
      return Optional.of(cam);
    } catch (IllegalArgumentException e) {
      job.main().err().println("The report has no Grad-CAM pictures: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Of each class the right image that the net was surest of. */
  private static List<Prediction> likeliest(Evaluation evaluation) {
    Map<Integer, Prediction> surest = new TreeMap<>();
    evaluation.predictions().stream().filter(Prediction::right)
        .forEach(p -> surest.merge(p.label(), p, (a, b) -> b.loss() < a.loss() ? b : a));
    return surest.values().stream().limit(ReportExtras.MOST_EXAMPLES).toList();
  }

  private List<ShownImage> shown(List<Prediction> predictions, ImageSource images, Optional<GradCam> cam) {
    List<ShownImage> shown = new ArrayList<>();
    for (Prediction p : predictions) {
      try {
        ShownImage plain = new ShownImage(images.image(p.index()), shown(images.name(p.index())), p);
        shown.add(cam.isEmpty() ? plain : plain.explained(cam.get(), network.preprocessing(), network.format()));
      } catch (ImageException vanished) {
        job.main().err().println("Not shown in the report: " + vanished.getMessage());
      }
    }
    return shown;
  }

  /** Below the data's folder, where it is there. */
  private String shown(String file) {
    Path data = Path.of(job.data().data);
    return file.startsWith(job.data().data) ? data.relativize(Path.of(file)).toString() : file;
  }

  private Map<String, String> settings() {
    Map<String, String> s = new LinkedHashMap<>();
    s.put("model", network.name().orElse("not told by " + job.source().shown()));
    s.put("data", job.data().data);
    s.put("start", job.source().pretrained() && !job.fromScratch() ? job.source().shown() : "random weights");
    s.put("input", network.preprocessing().channels() + ", " + network.preprocessing().height() + " x "
        + network.preprocessing().width() + ", mean " + network.preprocessing().mean() + ", deviation "
        + network.preprocessing().std());
    s.put("recipe", recipe.name());
    s.put("seed", String.valueOf(job.run().seed));
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
    DoctorCpu processor = DoctorCpu.read();
    e.put("processor", processor.model() + ", " + Runtime.getRuntime().availableProcessors() + " cores"
        + (processor.flags().isEmpty() ? "" : ", " + String.join(", ", processor.flags())));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      e.put("memory", String.format(Locale.ROOT, "%.1f GB, Java's heap up to %.1f", system.getTotalMemorySize() / 1e9,
          Runtime.getRuntime().maxMemory() / 1e9));
    }
    e.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return e;
  }
}
