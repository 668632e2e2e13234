package org.resnet4j.modelimport.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.InvalidConfiguration;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/**
 * A file that Keras wrote, read into memory once: whole models and weights as
 * <a href="https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html">HDF5</a>, and {@code .keras} archives.
 * What it is, its bytes tell; a name that says otherwise is refused.
 *
 * <p>The file may come from a stranger: no other file is opened, nothing in it is run, and everything is bounded before
 * it is believed. Every failure is a {@link ModelImportException} that names the file. Not for several threads.
 *
 * <p>The HDF5 parser, jHDF, logs oddities of damaged files as warnings through SLF4J ({@code io.jhdf}); the exception
 * says what matters.
 */
public final class KerasFile implements AutoCloseable {
  /** How the weights lie, and whether an architecture comes with them. */
  public enum Kind {
    /** HDF5 with the attribute {@code model_config}; weights by layer name in {@code /model_weights}. */
    MODEL_HDF5,
    /** HDF5 with the attribute {@code layer_names} at the root: weights by layer name. */
    WEIGHTS_BY_NAME,
    /** HDF5 as {@code .weights.h5}: weights by position. */
    WEIGHTS_BY_POSITION,
    /** A zip archive with {@code config.json}; weights by position. */
    KERAS_ARCHIVE;

    /** Whether tensors are found by the layer's place in the configuration rather than its name. */
    public boolean byPosition() {
      return this == WEIGHTS_BY_POSITION || this == KERAS_ARCHIVE;
    }
  }

  private static final String CONFIGURATION = "config.json";
  private static final String METADATA = "metadata.json";
  private static final String WEIGHTS = "model.weights.h5";
  private static final String MODEL_GROUP = "model_weights";
  private static final String LAYER_NAMES = "layer_names";
  private static final int LARGEST_METADATA = 1 << 20;
  private static final List<String> HDF5_SUFFIXES = List.of(".h5", ".hdf5", ".hdf");

  private final Path path;
  private final Kind kind;
  private final Optional<String> configuration;
  private final Optional<String> trainingConfiguration;
  private final Optional<String> kerasVersion;
  private final StoredGroup root;
  private final Hdf5Group weights;

  /** Of HDF5. */
  private KerasFile(Path path, StoredGroup root) {
    this.path = path;
    this.root = root;
    configuration = root.text("model_config");
    trainingConfiguration = root.text("training_config");
    Optional<Hdf5Group> inner = root.group(MODEL_GROUP);
    weights = inner.orElse(root);
    kerasVersion = root.text("keras_version");
    if (configuration.isPresent()) {
      kind = Kind.MODEL_HDF5;
      if (inner.isEmpty()) {
        throw new Incomplete("/" + MODEL_GROUP, "the model's weights", "no such group",
            "Save the model again with Keras.").in(path);
      }
    } else if (weights.texts(LAYER_NAMES).isPresent()) {
      kind = Kind.WEIGHTS_BY_NAME;
    } else if (root.group("layers").isPresent() || root.group("_layer_checkpoint_dependencies").isPresent()) {
      kind = Kind.WEIGHTS_BY_POSITION;
    } else {
      throw new WrongFormat("/", "a model or weights from Keras",
          "HDF5 without \"model_config\", \"layer_names\" or \"layers\"").in(path);
    }
  }

  /** Of an archive. */
  private KerasFile(Path path, String configuration, Optional<String> kerasVersion, StoredGroup root) {
    this.path = path;
    this.kind = Kind.KERAS_ARCHIVE;
    this.configuration = Optional.of(configuration);
    this.trainingConfiguration = Optional.empty();
    this.kerasVersion = kerasVersion;
    this.root = root;
    this.weights = root;
  }

  /** Reads a file of at most 2 GiB, which must not change meanwhile. */
  public static KerasFile open(Path path) {
    try (RegularFile file = RegularFile.open(path)) {
      byte[] head = file.head(Content.HEAD);
      Content content = Content.of(head);
      String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
      if (content == Content.HDF5) {
        if (name.endsWith(".keras")) {
          throw new WrongFormat("", "a zip archive, as its name says",
              "an HDF5 file: rename it to .h5 if it is what you want").in(path);
        }
        return new KerasFile(path, Hdf5Storage.open(path, file.bytes(RegularFile.LARGEST)));
      }
      if (content == Content.ZIP) {
        if (HDF5_SUFFIXES.stream().anyMatch(name::endsWith)) {
          throw new WrongFormat("", "an HDF5 file, as its name says",
              "a zip archive: rename it to .keras if Keras wrote it").in(path);
        }
        return archive(path, file);
      }
      throw new WrongFormat("", "an HDF5 file or a .keras archive", Content.describe(head)).in(path);
    }
  }

  private static KerasFile archive(Path path, RegularFile file) {
    try (ZipArchive zip = ZipArchive.open(file, path)) {
      List<String> names = zip.names();
      if (!names.contains(CONFIGURATION)) {
        throw new WrongFormat("", "a .keras archive with " + CONFIGURATION,
            names.isEmpty() ? "no entries" : ModelImportException.quote(String.join(", ", names))).in(path);
      }
      if (!names.contains(WEIGHTS)) {
        throw new Incomplete(WEIGHTS, "the model's weights as HDF5", "no such entry",
            "Save the model again with Keras, in one file.").in(path);
      }
      String configuration = text(path, zip, CONFIGURATION, Texts.LONGEST);
      Optional<String> version = names.contains(METADATA)
          ? version(path, text(path, zip, METADATA, LARGEST_METADATA)) : Optional.empty();
      byte[] weights = zip.read(WEIGHTS, RegularFile.LARGEST);
      byte[] head = Arrays.copyOf(weights, Math.min(weights.length, Content.HEAD));
      if (Content.of(head) != Content.HDF5) {
        throw new WrongFormat(WEIGHTS, "an HDF5 file", Content.describe(head)).in(path);
      }
      return new KerasFile(path, configuration, version, Hdf5Storage.open(path, weights));
    }
  }

  private static String text(Path path, ZipArchive zip, String name, long most) {
    return text(path, name, zip.read(name, most));
  }

  private static String text(Path path, String object, byte[] bytes) {
    try {
      return Texts.utf8(object, ByteBuffer.wrap(bytes));
    } catch (ModelImportException e) {
      throw e.in(path);
    }
  }

  private static Optional<String> version(Path path, String metadata) {
    try {
      JsonNode version = new ObjectMapper().readTree(metadata).path("keras_version");
      return version.isTextual() ? Optional.of(version.textValue()) : Optional.empty();
    } catch (JsonProcessingException e) {
      throw new InvalidConfiguration(METADATA, "JSON", ModelImportException.quote(e.getOriginalMessage()), e).in(path);
    }
  }

  /** An architecture alone: the JSON text of {@code model.to_json()}. */
  public static String readArchitecture(Path json) {
    try (RegularFile file = RegularFile.open(json)) {
      byte[] head = file.head(Content.HEAD);
      if (Content.of(head) != Content.JSON) {
        throw new WrongFormat("", "an architecture as JSON", Content.describe(head)).in(json);
      }
      return text(json, "", file.bytes(Texts.LONGEST));
    }
  }

  public Path path() {
    return path;
  }

  public Kind kind() {
    return kind;
  }

  /** The architecture as JSON; empty in files of weights. */
  public Optional<String> configuration() {
    return configuration;
  }

  /** What the model was compiled with, as JSON; empty in archives, whose configuration has it. */
  public Optional<String> trainingConfiguration() {
    return trainingConfiguration;
  }

  public Optional<String> kerasVersion() {
    return kerasVersion;
  }

  /** Where the layers' groups lie; not to be used once the file is closed. */
  public Hdf5Group weights() {
    return weights;
  }

  /** Frees the memory that holds the file. */
  @Override
  public void close() {
    root.close();
  }
}
