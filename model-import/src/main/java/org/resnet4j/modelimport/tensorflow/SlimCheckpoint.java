package org.resnet4j.modelimport.tensorflow;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.ShapeDiffers;
import org.resnet4j.modelimport.ModelImportException.WeightsDiffer;
import org.resnet4j.zoo.ResNet;
import org.resnet4j.zoo.ResNetSpec;
import org.resnet4j.zoo.weights.TensorSource;

/**
 * A pre-activation ResNet in a checkpoint of <a href="https://github.com/google-research/tf-slim">TF-slim</a>: the
 * official {@code resnet_v2_50}, {@code 101}, {@code 152} and {@code 200}, the same units with other depths and widths,
 * and the reference net R1a, recognised by its names.
 *
 * <pre>{@code
 * SlimCheckpoint slim = SlimCheckpoint.open(Path.of("resnet.ckpt"), Averages.IGNORE);
 * ComputationGraph net = slim.net().inputShape(3, 224, 224).build().init();
 * ModelWeights.load(net, slim.tensors());
 * }</pre>
 *
 * <p>Each variable of the net must be there, in the shape that its depths, width and number of classes give, and
 * nothing else but what {@link #ignored()} lists by rule: optimiser slots and counters. The file doesn't tell a norm's
 * epsilon: it is slim's, 1e-5, and R1a's, 1e-3.
 */
public final class SlimCheckpoint {
  private static final int LISTED = 5;

  private final TensorSource file;
  private final SlimVariables variables;
  /** The variable that is read, by the one of the net. */
  private final Map<String, String> chosen = new LinkedHashMap<>();
  private final List<String> ignored = new ArrayList<>();

  /** What to do with the moving averages of weights, {@code .../weights/ExponentialMovingAverage}. */
  public enum Averages {
    /** The weights themselves are taken. */
    IGNORE,
    /**
     * The averages are taken. Each trained variable must have one; running statistics without one are taken as they
     * are, as TensorFlow's {@code variables_to_restore} does.
     */
    USE
  }

  private SlimCheckpoint(TensorSource file, Averages averages) {
    this.file = file;
    Map<String, long[]> shapes = file.shapes();
    variables = SlimVariables.recognise(shapes);
    List<String> unknown = new ArrayList<>();
    shapes.keySet().stream().filter(name -> !variables.isOwn(name))
        .forEach(name -> (variables.isTrainingState(name) ? ignored : unknown).add(name));
    if (!unknown.isEmpty()) {
      throw new WeightsDiffer("", "only variables of " + variables.describe() + ", optimiser slots and counters",
          list(unknown));
    }
    choose(shapes, averages);
    variables.targets().forEach((name, target) -> {
      long[] found = shapes.get(chosen.get(name));
      if (!Arrays.equals(found, target.shape())) {
        throw new ShapeDiffers(quote(chosen.get(name)), Arrays.toString(target.shape()) + " in " + variables.describe(),
            Arrays.toString(found));
      }
    });
  }

  private void choose(Map<String, long[]> shapes, Averages averages) {
    List<String> missing = new ArrayList<>();
    for (String name : variables.targets().keySet()) {
      String average = name + SlimVariables.AVERAGE;
      boolean averaged = shapes.containsKey(average);
      boolean use = averages == Averages.USE && (averaged || !SlimVariables.isStatistic(name));
      String wanted = use ? average : name;
      chosen.put(name, wanted);
      if (!shapes.containsKey(wanted)) {
        missing.add(wanted);
      }
      if (averaged && !use) {
        ignored.add(average);
      } else if (use && shapes.containsKey(name)) {
        ignored.add(name);
      }
    }
    if (!missing.isEmpty()) {
      String remedy = missing.stream().anyMatch(name -> shapes.containsKey(other(name)))
          ? "Choose Averages." + (averages == Averages.USE ? "IGNORE" : "USE") + ", if the checkpoint was meant so."
          : "The checkpoint is another model's or incomplete: save all variables of the net.";
      throw new WeightsDiffer("", "every variable of " + variables.describe(), "missing: " + list(missing), remedy);
    }
  }

  private static String other(String name) {
    return name.endsWith(SlimVariables.AVERAGE)
        ? name.substring(0, name.length() - SlimVariables.AVERAGE.length()) : name + SlimVariables.AVERAGE;
  }

  private static String list(Collection<String> names) {
    String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
    return names.stream().limit(LISTED).map(ModelImportException::quote).collect(Collectors.joining(", ")) + more;
  }

  /** Opens a checkpoint, named as {@link Checkpoint#open} takes it. */
  public static SlimCheckpoint open(Path path, Averages averages) {
    return of(Checkpoint.open(path), averages);
  }

  /** Recognises the net in tensors that have TF-slim's names and TensorFlow's layouts. */
  public static SlimCheckpoint of(TensorSource file, Averages averages) {
    try {
      return new SlimCheckpoint(file, averages);
    } catch (ModelImportException e) {
      throw e.in(file.name());
    }
  }

  /** The net's name in the file, such as {@code resnet_v2_50}. */
  public String scope() {
    return variables.scope();
  }

  /** The net's architecture; its name is the zoo's if its depths are, else {@code resnet50}'s of the same kind. */
  public ResNetSpec spec() {
    return variables.spec();
  }

  /** The number of logits, 1001 in the official checkpoints; empty if there is no head. */
  public OptionalInt classes() {
    return variables.classes();
  }

  /** A builder of the net with the checkpoint's classes, or without head; input and layout are still to be chosen. */
  public ResNet.Builder net() {
    ResNet.Builder builder = ResNet.builder().spec(spec()).head(classes().isPresent());
    classes().ifPresent(builder::numClasses);
    return builder;
  }

  /** The variables that aren't read: the net's own that the choice of averages leaves out, and training state. */
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  /** The weights under canonical names and in canonical layouts, as {@code ModelWeights.load} takes them. */
  public TensorSource tensors() {
    Map<String, String> byCanonicalName = new LinkedHashMap<>();
    variables.targets().forEach((name, target) -> byCanonicalName.put(target.tensor(), name));
    return new TensorSource() {
      @Override
      public String name() {
        return file.name();
      }

      @Override
      public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        variables.targets().values().forEach(target -> shapes.put(target.tensor(), target.canonicalShape()));
        return shapes;
      }

      @Override
      public INDArray read(String tensor) {
        String variable = byCanonicalName.get(tensor);
        if (variable == null) {
          throw new WeightsDiffer(quote(tensor), "a tensor of " + variables.describe(), "none of that name")
              .in(file.name());
        }
        return variables.targets().get(variable).canonical(file.read(chosen.get(variable)));
      }
    };
  }
}
