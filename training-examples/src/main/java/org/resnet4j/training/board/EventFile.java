package org.resnet4j.training.board;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.SessionLog.SessionStatus;
import org.tensorflow.proto.SourceMetadata;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * One of the event files that TensorBoard shows a run from, in the messages of TensorFlow itself (its
 * {@code event.proto} and {@code summary.proto}) and in the forms that PyTorch's {@code SummaryWriter} gives them
 * (2.15, {@code torch/utils/tensorboard/summary.py}). Point TensorBoard at the folder, or at one above it to compare
 * runs.
 *
 * <p>A kill loses what came after the last {@link #flush} and leaves a file that TensorBoard reads up to there; the run
 * that goes on writes a file of its own, see {@link #resume}. Safe for many threads. A write that fails leaves the file
 * whole, and is tried again with the next.
 */
public final class EventFile implements AutoCloseable {
  private static final String FIRST_PART = "events.out.tfevents.";
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,15})\\..*");
  private static final String FORMAT = "brain.Event:2";
  private static final double MILLIS = 1e3;

  private final Path path;
  private final Clock clock;
  private final Records records;

  private EventFile(Path path, Clock clock, long firstStep) throws IOException {
    this.path = path;
    this.clock = clock;
    records = new Records(path);
    try {
      write(event().setFileVersion(FORMAT)
          .setSourceMetadata(SourceMetadata.newBuilder().setWriter(EventFile.class.getName())));
      // TensorBoard drops this step and all above, but not at the first start that it sees: a run's first file has one,
      // too.
      write(event().setStep(firstStep).setSessionLog(SessionLog.newBuilder().setStatus(SessionStatus.START)));
      flush();
    } catch (IOException | RuntimeException e) {
      close(e);
      throw e;
    }
  }

  private void close(Exception cause) {
    try {
      records.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Starts a run's first file.
   *
   * @param folder the run's; made if it isn't there
   * @throws IOException if it can't be written to
   */
  public static EventFile start(Path folder) throws IOException {
    return next(folder, 0, Clock.systemUTC());
  }

  /**
   * Goes on with a run: TensorBoard drops what earlier files of the folder have past a step.
   *
   * @param folder the run's
   * @param lastStep the step of the checkpoint that the run goes on from; what was written for it stays
   * @throws IOException if the folder can't be written to
   */
  public static EventFile resume(Path folder, long lastStep) throws IOException {
    return next(folder, lastStep + 1, Clock.systemUTC());
  }

  /** A file that TensorBoard reads after those that are there: it takes them by name, which starts with seconds. */
  static EventFile next(Path folder, long firstStep, Clock clock) throws IOException {
    Files.createDirectories(folder);
    long now = clock.millis() / (long) MILLIS;
    OptionalLong last;
    try (Stream<Path> files = Files.list(folder)) {
      last = files.map(file -> NAME.matcher(file.getFileName().toString())).filter(Matcher::matches)
          .mapToLong(match -> Long.parseLong(match.group(1))).max();
    }
    long seconds = Math.max(now, last.orElse(now - 1) + 1);
    String name = "%s%010d.%s.%d".formatted(FIRST_PART, seconds, host(), ProcessHandle.current().pid());
    return new EventFile(folder.resolve(name), clock, firstStep);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
    } catch (UnknownHostException e) {
      return "localhost"; // the name is for people; the file is the same without
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /**
   * A point of a curve; TensorBoard keeps float32, and marks infinities and NaN.
   *
   * @param tag the curve's name; what comes before a slash ({@code loss/train}) groups curves
   */
  public void scalar(String tag, long step, double value) throws IOException {
    summary(step, Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value));
  }

  /**
   * A text.
   *
   * @param markdown TensorBoard shows it as HTML, without scripts
   */
  public void text(String tag, long step, String markdown) throws IOException {
    SummaryMetadata metadata = SummaryMetadata.newBuilder()
        .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text")).build();
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING)
        .setTensorShape(TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
        .addStringVal(ByteString.copyFromUtf8(markdown));
    summary(step, Summary.Value.newBuilder().setTag(tag).setMetadata(metadata).setTensor(tensor));
  }

  /** A picture, as PNG. */
  public void image(String tag, long step, BufferedImage image) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", png)) {
      throw new IllegalArgumentException("Image " + tag + " of type " + image.getType()
          + ": PNG can't hold it; draw it into one of TYPE_INT_RGB or TYPE_INT_ARGB");
    }
    summary(step, Summary.Value.newBuilder().setTag(tag).setImage(Summary.Image.newBuilder()
        .setWidth(image.getWidth()).setHeight(image.getHeight()).setColorspace(image.getColorModel().getNumComponents())
        .setEncodedImageString(ByteString.copyFrom(png.toByteArray()))));
  }

  /**
   * How values are distributed: 30 buckets of one width between the least and the greatest.
   *
   * @param values of any shape; those that aren't finite have no place on the axis and are left out
   */
  public void histogram(String tag, long step, INDArray values) throws IOException {
    summary(step, Summary.Value.newBuilder().setTag(tag).setHisto(Buckets.of(values)));
  }

  private void summary(long step, Summary.Value.Builder value) throws IOException {
    write(event().setStep(step).setSummary(Summary.newBuilder().addValue(value)));
  }

  private Event.Builder event() {
    return Event.newBuilder().setWallTime(clock.millis() / MILLIS);
  }

  private synchronized void write(Event.Builder event) throws IOException {
    records.write(event.build().toByteArray());
  }

  /** Makes everything so far visible to TensorBoard; at the end of each epoch, say. */
  public synchronized void flush() throws IOException {
    records.flush();
  }

  /** Writes what is left. */
  @Override
  public synchronized void close() throws IOException {
    records.close();
  }
}
