package org.resnet4j.benchmarks.scaling;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The constants of the model, as they are read from a YAML or JSON file. Every field has to be there: a constant that
 * nobody measured is not a default.
 *
 * @param network that the tables are about
 * @param host the processor's rates, of driver and workers alike
 * @param spark what Spark itself takes
 * @param workers the kinds that the tables are about, one or more
 * @param checks runs that were measured, to be set beside what the model says of them; may be empty
 */
public record Measured(Network network, Host host, Spark spark, List<WorkerKind> workers, List<Check> checks) {
  private static final ObjectMapper MAPPER = YAMLMapper.builder()
      .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
      .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
          DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
      .build();

  public Measured {
    require(!workers.isEmpty(), "workers", "one kind or more", "none");
    workers = List.copyOf(workers);
    checks = List.copyOf(checks);
  }

  /**
   * A network's size.
   *
   * @param values floats of its parameters and running statistics; gradients have as many
   * @param momentum floats of the updater's state
   */
  public record Network(String name, long values, long momentum) {
    public Network {
      require(values > 0, "values", "a number above 0", values);
      require(momentum >= 0, "momentum", "0 or more", momentum);
    }
  }

  /**
   * Rates of a processor.
   *
   * @param cores that workers on one machine share
   * @param broadcast bytes a second, Java's serialisation with LZ4 behind it
   * @param receive bytes a second, the way back
   * @param serialize bytes a second, Java's serialisation alone
   * @param deserialize bytes a second, the way back
   * @param add floats a second that are added to others
   * @param copy floats a second, from a network into an array or back
   * @param update floats a second that an updater turns from a gradient into a step
   * @param file bytes a second, into a file of the shuffle
   * @param goodput the share of a link's bits that is a message's; above 0, at most 1
   */
  public record Host(int cores, double broadcast, double receive, double serialize, double deserialize, double add,
                     double copy, double update, double file, double goodput) {
    public Host {
      require(cores > 0, "cores", "one or more", cores);
      rate("broadcast", broadcast);
      rate("receive", receive);
      rate("serialize", serialize);
      rate("deserialize", deserialize);
      rate("add", add);
      rate("copy", copy);
      rate("update", update);
      rate("file", file);
      rate("goodput", goodput);
      require(goodput <= 1, "goodput", "a share, 1 at most", goodput);
    }
  }

  /**
   * Seconds that Spark itself takes.
   *
   * @param stage of each stage
   * @param task of the driver, for each task
   * @param fetch until a block that another process has begins to come
   * @param block of a processor, for each block of a shuffle: once to write it, once to send and read it
   */
  public record Spark(double stage, double task, double fetch, double block) {
    public Spark {
      time("stage", stage);
      time("task", task);
      time("fetch", fetch);
      time("block", block);
    }
  }

  /**
   * A worker alone.
   *
   * @param origin where its figures are from; printed
   * @param mostImages of a step that its memory takes
   * @param stepSpread standard deviation of the logarithm of a step's time, around the worker's own mean
   * @param roundSpread standard deviation of the logarithm of a worker's mean in a round, around all workers'
   * @param steps what steps take; a line through them gives the others
   */
  public record WorkerKind(String name, String origin, int mostImages, double stepSpread, double roundSpread,
                           List<Step> steps) {
    public WorkerKind {
      require(mostImages > 0, "mostImages", "one or more", mostImages);
      time("stepSpread", stepSpread);
      time("roundSpread", roundSpread);
      require(!steps.isEmpty(), "steps", "one or more", "none");
      steps = List.copyOf(steps);
      Line line = Line.through(steps);
      require(line.slope() > 0 && line.start() >= 0, "steps", "times that grow with the images, by no more than in"
          + " proportion", line);
    }

    /** Seconds of a step of so many images. */
    double step(int images) {
      return Line.through(steps).at(images);
    }
  }

  /** What a step of so many images takes a worker alone. */
  public record Step(int images, double seconds) {
    public Step {
      require(images > 0, "images", "one or more", images);
      rate("seconds", seconds);
    }
  }

  /**
   * Runs on one machine.
   *
   * @param origin where its figures are from; printed
   * @param threads of a worker; if there are more in all than cores, they share
   * @param stepSpread as a {@link WorkerKind}'s
   * @param roundSpread as a {@link WorkerKind}'s
   * @param link bytes a second between its processes
   */
  public record Check(Network network, String origin, int threads, double stepSpread, double roundSpread, double link,
                      List<Run> runs) {
    public Check {
      require(threads > 0, "threads", "one or more", threads);
      time("stepSpread", stepSpread);
      time("roundSpread", roundSpread);
      rate("link", link);
      runs = List.copyOf(runs);
    }
  }

  /**
   * A run that was measured, in the fields of {@code benchmarks/cluster.sh}'s rows.
   *
   * @param mode what was averaged
   * @param k steps of a round
   * @param imagesPerWorkerStep a worker's batch
   * @param imagesPerSecond of all workers
   * @param aloneImagesPerSecond of one engine by itself, with as many others at work on the same cores
   * @param ratio of a worker's images a second to those of an engine alone
   */
  public record Run(int workers, Averaging mode, int k, int imagesPerWorkerStep, double secondsPerRound,
                    double imagesPerSecond, double aloneImagesPerSecond, double ratio) {
    public Run {
      require(workers > 0, "workers", "one or more", workers);
      rate("secondsPerRound", secondsPerRound);
      rate("imagesPerSecond", imagesPerSecond);
      rate("aloneImagesPerSecond", aloneImagesPerSecond);
      rate("ratio", ratio);
      new Plan(mode, k, imagesPerWorkerStep); // says what is wrong with it
    }

    Plan plan() {
      return new Plan(mode, k, imagesPerWorkerStep);
    }
  }

  /**
   * Reads a file.
   *
   * @throws ScalingException if it isn't there, isn't YAML or JSON, lacks a field, has one too many, or has a value
   *     that makes no sense
   */
  public static Measured read(Path file) {
    try {
      return MAPPER.readValue(Files.readString(file), Measured.class);
    } catch (JsonMappingException e) {
      throw new ScalingException(file + ", " + where(e) + ": " + what(e));
    } catch (JsonProcessingException e) {
      throw new ScalingException(file + ": " + what(e));
    } catch (IOException e) {
      throw new ScalingException(file + ": expected a file of measured constants that can be read, found none (" + e
          + "); name one by --measured.");
    }
  }

  private static String where(JsonMappingException e) {
    String path = e.getPath().stream()
        .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
        .collect(Collectors.joining(".")).replace(".[", "[");
    return path.isEmpty() ? "top" : path;
  }

  private static String what(JacksonException e) {
    if (e instanceof StreamReadException || e.getCause() instanceof StreamReadException) {
      return "expected YAML or JSON, found otherwise: " + e.getOriginalMessage();
    }
    if (e instanceof InvalidFormatException format) {
      return "expected " + format.getTargetType().getSimpleName() + ", found \"" + format.getValue() + "\".";
    }
    if (e.getCause() instanceof ScalingException wrong) {
      return wrong.getMessage();
    }
    return (e instanceof MismatchedInputException ? "expected other fields or kinds of values: " : "")
        + e.getOriginalMessage();
  }

  private static void rate(String field, double value) {
    require(value > 0 && Double.isFinite(value), field, "a number above 0", value);
  }

  private static void time(String field, double value) {
    require(value >= 0 && Double.isFinite(value), field, "0 or more", value);
  }

  private static void require(boolean right, String field, String expected, Object found) {
    if (!right) {
      throw new ScalingException(field + ": expected " + expected + ", found " + found + ".");
    }
  }
}
