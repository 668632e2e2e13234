package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.Call.Argument;
import org.resnet4j.modelimport.dialect.Call.Literal;
import org.resnet4j.modelimport.dialect.Operators.Applied;
import org.resnet4j.modelimport.dialect.Operators.Given;
import org.resnet4j.modelimport.dialect.Operators.Result;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.Cropping;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Identity;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Select;
import org.resnet4j.modelimport.model.Operation.Subsample;
import org.resnet4j.modelimport.model.Shape;

/** Python's {@code x[...]} on tensors. */
final class Slices {
  private static final int LONGEST_SELECTION = 1 << 20;

  /** @param stop empty for the axis's end (its start where the step is negative) */
  private record Slice(Optional<Integer> start, Optional<Integer> stop, int step) {
    private static final Slice ALL = new Slice(Optional.empty(), Optional.empty(), 1);

    boolean all() {
      return equals(ALL);
    }

    boolean whole() {
      return start.isEmpty() && stop.isEmpty();
    }
  }

  private Slices() {}

  /**
   * @param key a list for each axis, or one alone
   * @throws org.resnet4j.modelimport.ModelImportException.UnsupportedLayer if it isn't a selection, crop or subsampling
   */
  static Result apply(Tensor x, Argument key, Settings settings) {
    if (!(key instanceof Literal literal)) {
      throw settings.unsupported("constant positions", "positions that are computed");
    }
    List<JsonNode> parts = new ArrayList<>();
    (literal.value().isArray() ? literal.value() : List.of(literal.value())).forEach(parts::add);
    List<JsonNode> axes = spread(parts, x.shape().rank() + 1, settings);
    if (!isSlice(axes.get(0)) || !slice(axes.get(0), settings).all()) {
      throw settings.unsupported("the whole batch", Settings.found(axes.get(0)));
    }
    List<Integer> cut = IntStream.rangeClosed(1, x.shape().rank())
        .filter(axis -> !isSlice(axes.get(axis)) || !slice(axes.get(axis), settings).all()).boxed().toList();
    if (cut.isEmpty()) {
      return new Applied(new Identity(), List.of(x));
    }
    int axis = cut.get(0);
    if (cut.size() == 1 && !isSlice(axes.get(axis))) {
      return picked(x, axis, axes.get(axis), settings);
    }
    if (cut.stream().anyMatch(cutAxis -> !isSlice(axes.get(cutAxis)))) {
      throw settings.unsupported("one position of one axis, or ranges", literal.value().toString());
    }
    if (cut.size() == 1 && x.shape().size(axis) != Shape.UNKNOWN) {
      return new Applied(selected(axis, slice(axes.get(axis), settings), x, settings), List.of(x));
    }
    return new Applied(area(x, cut, axes, settings), List.of(x));
  }

  static Select reversed(int axis, Tensor x, Settings settings) {
    return selected(axis, new Slice(Optional.empty(), Optional.empty(), -1), x, settings);
  }

  private static Select selected(int axis, Slice slice, Tensor x, Settings settings) {
    int size = x.shape().size(axis);
    if (size == Shape.UNKNOWN) {
      throw settings.unsupported("a known size along axis " + axis, "null in the configuration");
    }
    boolean up = slice.step() > 0;
    int first = slice.start().map(start -> clamped(start, size, up)).orElse(up ? 0 : size - 1);
    int end = slice.stop().map(stop -> clamped(stop, size, up)).orElse(up ? size : -1);
    if (Math.abs((long) end - first) / Math.abs((long) slice.step()) > LONGEST_SELECTION) {
      throw new ModelImportException.TooLarge(settings.where(), "at most " + LONGEST_SELECTION + " positions",
          "a range of axis " + axis + " of " + x.shape());
    }
    List<Integer> indices = new ArrayList<>();
    for (long i = first; up ? i < end : i > end; i += slice.step()) {
      indices.add((int) i);
    }
    if (indices.isEmpty()) {
      throw settings.invalid("something to be left of axis " + axis, "a range of nothing");
    }
    return new Select(axis, indices);
  }

  /** As Python does it: negative positions count from the end, those outside move to the border. */
  private static int clamped(int position, int size, boolean up) {
    long counted = position < 0 ? (long) position + size : position;
    return (int) (up ? Math.max(0, Math.min(size, counted)) : Math.max(-1, Math.min(size - 1, counted)));
  }

  private static Result picked(Tensor x, int axis, JsonNode position, Settings settings) {
    int size = x.shape().size(axis);
    if (!Settings.isInteger(position)) {
      throw settings.unsupported("a position or a range", Settings.found(position));
    }
    int index = position.asInt() < 0 ? position.asInt() + size : position.asInt();
    if (size == Shape.UNKNOWN || index < 0 || index >= size) {
      throw settings.invalid("a position of axis " + axis + " of " + x.shape(), position.toString());
    }
    List<Integer> sizes = new ArrayList<>(x.shape().sizes());
    sizes.remove(axis - 1);
    return new Given(new Tensor(x.node(), new Shape(sizes), Optional.of(new Tensor.Pick(x, axis, index))));
  }

  /** A crop or a subsampling of height and width. */
  private static Operation area(Tensor x, List<Integer> cut, List<JsonNode> axes, Settings settings) {
    boolean last = x.shape().rank() == 3 && List.of(1, 2).containsAll(cut);
    boolean first = x.shape().rank() == 3 && List.of(2, 3).containsAll(cut);
    if (!last && !first) {
      throw settings.unsupported("ranges of one axis, or of height and width", "axes " + cut);
    }
    int top = last ? 1 : 2;
    DataFormat format = last ? DataFormat.CHANNELS_LAST : DataFormat.CHANNELS_FIRST;
    Slice height = slice(axes.get(top), settings);
    Slice width = slice(axes.get(top + 1), settings);
    if (height.whole() && width.whole() && height.step() > 0 && width.step() > 0) {
      return new Subsample(new Pair(height.step(), width.step()), format);
    }
    if (height.step() != 1 || width.step() != 1) {
      throw settings.unsupported("a range without step, or a step over all of an axis",
          axes.get(top) + " and " + axes.get(top + 1));
    }
    int[] rows = borders(height, x.shape().size(top), settings);
    int[] columns = borders(width, x.shape().size(top + 1), settings);
    return new Cropping(new Border(rows[0], rows[1], columns[0], columns[1]), format);
  }

  /** Pixels before and after the range. */
  private static int[] borders(Slice slice, int size, Settings settings) {
    int start = slice.start().orElse(0);
    if (size != Shape.UNKNOWN) {
      int end = slice.stop().map(stop -> clamped(stop, size, true)).orElse(size);
      return new int[] {clamped(start, size, true), size - end};
    }
    int stop = slice.stop().orElse(0);
    if (start < 0 || stop > 0 || slice.stop().isPresent() && stop == 0) {
      throw settings.unsupported("a range counted from its own end where the size is unknown", start + ":" + stop);
    }
    return new int[] {start, -stop};
  }

  /** One part for each axis, the ellipsis and what is left out at the end filled up. */
  private static List<JsonNode> spread(List<JsonNode> parts, int axes, Settings settings) {
    long ellipses = parts.stream().filter(Slices::isEllipsis).count();
    if (ellipses > 1 || parts.size() - ellipses > axes || parts.stream().anyMatch(JsonNode::isNull)) {
      throw settings.unsupported("a position or range for each of " + axes + " axes", parts.size() + " parts");
    }
    JsonNode all = JsonNodeFactory.instance.objectNode().putNull("start");
    List<JsonNode> filled = new ArrayList<>();
    int open = axes - parts.size() + (int) ellipses;
    for (JsonNode part : parts) {
      if (isEllipsis(part)) {
        filled.addAll(Collections.nCopies(open, all));
      } else {
        filled.add(part);
      }
    }
    if (ellipses == 0) {
      filled.addAll(Collections.nCopies(open, all));
    }
    return filled;
  }

  private static boolean isEllipsis(JsonNode part) {
    return part.path("class_name").asText().equals("__ellipsis__");
  }

  private static boolean isSlice(JsonNode part) {
    return part.isObject();
  }

  private static Slice slice(JsonNode part, Settings settings) {
    JsonNode range = part.has("config") ? part.path("config") : part;
    Slice slice = new Slice(bound(range, "start", settings), bound(range, "stop", settings),
        bound(range, "step", settings).orElse(1));
    if (slice.step() == 0) {
      throw settings.invalid("a step that isn't 0", Settings.found(part));
    }
    return slice;
  }

  private static Optional<Integer> bound(JsonNode range, String name, Settings settings) {
    JsonNode bound = range.path(name);
    if (bound.isMissingNode() || bound.isNull()) {
      return Optional.empty();
    }
    if (!Settings.isInteger(bound)) {
      throw settings.unsupported("whole numbers as a range", Settings.found(range));
    }
    return Optional.of(bound.asInt());
  }
}
