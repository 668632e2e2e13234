package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.resnet4j.training.recipe.RecipeException.Reason;
import org.resnet4j.zoo.ResNets;
import org.resnet4j.zoo.UnknownModelException;

/**
 * How a network is trained, all of it but the images, the seed and what computes it.
 *
 * @param name lower-case words and digits with hyphens
 * @param description a sentence for people
 * @param sources papers and links that the numbers come from
 * @param model a name of {@link ResNets}; {@value #ANY_MODEL}: the one that weights come with
 * @param batch images of one step of the optimiser
 * @param accumulate in how many parts, one after the other, a batch is computed; norms see a part's images alone
 * @param validation where the measured images come from
 * @param pixels what the network is given for a pixel
 * @param initialization of what doesn't come from given weights
 * @param phases one after the other, each starting from the weights that the one before ended with
 * @param optimizer what makes a step of a gradient; a new one in each phase
 * @param weightDecay how much, and of which parameters
 * @param variation how training images are varied
 * @param labelSmoothing the share of a label that is spread evenly over all classes (Szegedy and others,
 *     arXiv:1512.00567)
 * @param balance what is done about classes of uneven sizes
 * @param stochasticDepth the probability that the last block is left out of a step; the first blocks' falls to zero
 *     linearly (Huang and others, arXiv:1603.09382)
 * @param ema a moving average of the weights
 * @param clipNorm the gradient's greatest L2 norm over all parameters
 * @param evaluateFirst whether the network is measured before the first epoch as well
 * @param testFlip whether an evaluation averages the answers to an image and its mirror image
 * @param keep which weights are kept
 * @param patience a phase ends after so many epochs in a row without a better validation accuracy; 0 never ends it
 */
public record Recipe(
    String name,
    @Default("''") String description,
    @Default("[]") List<String> sources,
    String model,
    int batch,
    @Default("1") int accumulate,
    @Default("{kind: share, share: 0.2}") Validation validation,
    @Default("centred") Pixels pixels,
    @Default("model") Initialization initialization,
    List<Phase> phases,
    Optimizer optimizer,
    @Default("{factor: 0}") WeightDecay weightDecay,
    @Default("{}") Variation variation,
    @Default("0") double labelSmoothing,
    @Default("none") Balance balance,
    @Default("0") double stochasticDepth,
    @Default("none") Optional<Ema> ema,
    @Default("none") Optional<Double> clipNorm,
    @Default("false") boolean evaluateFirst,
    @Default("false") boolean testFlip,
    @Default("best") Keep keep,
    @Default("0") int patience) {

  /** What the network is given for a pixel. */
  public enum Pixels {
    /** Zero mean and unit deviation in each channel over the training images. */
    CENTRED,
    /** 0 to 1. */
    UNIT,
    /** As the weights that training starts from want it; without any, as {@link #CENTRED}. */
    WEIGHTS
  }

  /** Of what doesn't come from given weights. */
  public enum Initialization {
    /** As the model's own framework does it. */
    MODEL,
    /** He's normal (arXiv:1502.01852) by fan-in for convolutions and dense layers; biases zero. */
    HE_EVERYWHERE
  }

  /** What is done about classes of uneven sizes. */
  public enum Balance {
    NONE,
    /** An image counts the more, the fewer its class has. */
    CLASS_WEIGHTS,
    /** An epoch draws from each class equally often. */
    SAMPLING
  }

  /** Which weights are kept. */
  public enum Keep {
    /** Those of the epoch with the best validation accuracy. */
    BEST,
    /** The last ones: the only honest choice where the test images are the ones that are measured. */
    LAST
  }

  static final String NONE = "none";
  /** As {@link #model}, of a recipe for whatever network weights come with. */
  public static final String ANY_MODEL = NONE;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+){0,20}");
  private static final int LONGEST_TEXT = 2000;
  private static final int LONGEST_SOURCE = 500;

  public Recipe {
    sources = List.copyOf(sources);
    phases = List.copyOf(phases);
    Check.that(NAME.matcher(name).matches() && name.length() <= 80, "name",
        "lower-case words and digits with hyphens between them", quote(name));
    Check.line("description", description, LONGEST_TEXT);
    Check.count("sources", sources, 0, 20);
    for (int i = 0; i < sources.size(); i++) {
      Check.text("sources[" + i + "]", sources.get(i), LONGEST_SOURCE);
    }
    checkModel(model);
    Check.between("batch", batch, 1, 1_000_000);
    Check.that(accumulate >= 1 && accumulate <= batch, "accumulate", "1 to " + batch + " parts of a batch", accumulate);
    Check.count("phases", phases, 1, 50);
    Check.share("labelSmoothing", labelSmoothing);
    Check.share("stochasticDepth", stochasticDepth);
    clipNorm.ifPresent(most -> Check.above0("clipNorm", most, 1e9));
    Check.between("patience", patience, 0, Phase.MOST_EPOCHS);
    Check.that(keep == Keep.LAST || !(validation instanceof Validation.None), "keep",
        "last, for without validation images the best epoch would be chosen by the test images", "best");
    Check.that(patience == 0 || !(validation instanceof Validation.None), "patience",
        "0, for without validation images the end would be chosen by the test images", patience);
  }

  private static void checkModel(String model) {
    if (model.equals(ANY_MODEL)) {
      return;
    }
    try {
      ResNets.spec(model);
    } catch (UnknownModelException e) {
      throw new RecipeException(Reason.OUT_OF_RANGE, "model", e.nearest().isEmpty() ? "a model's name"
          : "a model's name (nearest: " + String.join(", ", e.nearest()) + ")", quote(model));
    }
  }

  /** The most epochs that all phases can take. */
  public int epochs() {
    return phases.stream().mapToInt(Phase::epochs).sum();
  }

  /** The recipes that come with the library. */
  public static List<String> names() {
    return RecipeFiles.NAMES;
  }

  /**
   * One of the recipes that come with the library.
   *
   * @throws RecipeException if none has the name; the message lists the nearest
   */
  public static Recipe named(String name) {
    return RecipeFiles.named(name);
  }

  /**
   * Reads a file of at most 64 kB, UTF-8.
   *
   * @throws RecipeException if it can't be read, isn't strict YAML, or isn't a recipe
   */
  public static Recipe read(Path file) {
    return RecipeFiles.read(file);
  }

  /**
   * Reads a recipe's text.
   *
   * @param where names it in messages
   * @throws RecipeException if it isn't strict YAML, or isn't a recipe
   */
  public static Recipe parse(String text, String where) {
    return RecipeFiles.parse(text, where);
  }

  /** All fields with their values, those of the defaults too; {@link #parse} gives an equal recipe for it. */
  public String toYaml() {
    return YamlText.print(Binding.write(this));
  }

  /** A line for each field in which another recipe differs: {@code batch: 128 / 256}; this one's value comes first. */
  public List<String> differences(Recipe other) {
    Map<String, String> ours = new LinkedHashMap<>();
    Binding.flatten(Binding.write(this), "", ours);
    Map<String, String> theirs = new LinkedHashMap<>();
    Binding.flatten(Binding.write(other), "", theirs);
    Set<String> paths = new LinkedHashSet<>(ours.keySet());
    paths.addAll(theirs.keySet());
    return paths.stream().filter(path -> !Objects.equals(ours.get(path), theirs.get(path)))
        .map(path -> path + ": " + ours.getOrDefault(path, "-") + " / " + theirs.getOrDefault(path, "-")).toList();
  }

  /**
   * A recipe of a program's own, all else as in a file that doesn't say it.
   *
   * @throws RecipeException if a value makes no sense
   */
  public static Recipe of(String name, String model, int batch, List<Phase> phases, Optimizer optimizer) {
    return Binding.withDefaults(Recipe.class, Map.of("name", name, "model", model, "batch", batch, "phases", phases,
        "optimizer", optimizer));
  }

  public Recipe withModel(String other) {
    return Binding.with(this, "model", other);
  }

  public Recipe withDescription(String text) {
    return Binding.with(this, "description", text);
  }

  /** A batch of another size, computed in as many parts as before; the rates stay. */
  public Recipe withBatch(int images) {
    return Binding.with(this, "batch", images);
  }

  public Recipe withAccumulate(int parts) {
    return Binding.with(this, "accumulate", parts);
  }

  public Recipe withPhases(List<Phase> others) {
    return Binding.with(this, "phases", others);
  }

  /**
   * The same in so many epochs: each phase keeps its share of them, at least one. What a rate says in percent or by its
   * curve moves along; what it says in epochs and iterations stays.
   *
   * @throws RecipeException if there are more phases than that
   */
  public Recipe withEpochs(int epochs) {
    Check.between("epochs", epochs, phases.size(), Phase.MOST_EPOCHS);
    List<Phase> changed = new ArrayList<>();
    int given = 0;
    long before = 0;
    for (int i = 0; i < phases.size(); i++) {
      before += phases.get(i).epochs();
      int until = (int) Math.round((double) before * epochs / epochs());
      int following = phases.size() - 1 - i;
      int own = Math.max(1, Math.min(until, epochs - following) - given);
      changed.add(phases.get(i).withEpochs(own));
      given += own;
    }
    return withPhases(changed);
  }

  public Recipe withValidation(Validation other) {
    return Binding.with(this, "validation", other);
  }

  public Recipe withPixels(Pixels other) {
    return Binding.with(this, "pixels", other);
  }

  public Recipe withWeightDecay(WeightDecay other) {
    return Binding.with(this, "weightDecay", other);
  }

  public Recipe withVariation(Variation other) {
    return Binding.with(this, "variation", other);
  }

  public Recipe withPatience(int epochs) {
    return Binding.with(this, "patience", epochs);
  }
}
