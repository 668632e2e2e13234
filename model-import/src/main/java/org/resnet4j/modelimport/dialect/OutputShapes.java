package org.resnet4j.modelimport.dialect;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.model.Operation.BatchNormalization;
import org.resnet4j.modelimport.model.Operation.Border;
import org.resnet4j.modelimport.model.Operation.Concatenate;
import org.resnet4j.modelimport.model.Operation.Convolution;
import org.resnet4j.modelimport.model.Operation.Cropping;
import org.resnet4j.modelimport.model.Operation.DataFormat;
import org.resnet4j.modelimport.model.Operation.Dense;
import org.resnet4j.modelimport.model.Operation.DepthwiseConvolution;
import org.resnet4j.modelimport.model.Operation.Flatten;
import org.resnet4j.modelimport.model.Operation.GlobalPool;
import org.resnet4j.modelimport.model.Operation.Merge;
import org.resnet4j.modelimport.model.Operation.Normalize;
import org.resnet4j.modelimport.model.Operation.Padding;
import org.resnet4j.modelimport.model.Operation.Pair;
import org.resnet4j.modelimport.model.Operation.Permute;
import org.resnet4j.modelimport.model.Operation.Pool;
import org.resnet4j.modelimport.model.Operation.Reshape;
import org.resnet4j.modelimport.model.Operation.Resize;
import org.resnet4j.modelimport.model.Operation.Select;
import org.resnet4j.modelimport.model.Operation.SeparableConvolution;
import org.resnet4j.modelimport.model.Operation.Subsample;
import org.resnet4j.modelimport.model.Operation.UpSampling;
import org.resnet4j.modelimport.model.Operation.Window;
import org.resnet4j.modelimport.model.Operation.ZeroPadding;
import org.resnet4j.modelimport.model.Shape;

/** What shape an operation gives; a size that depends on an unknown one is unknown too. */
final class OutputShapes {
  // Elements of one example's array; DL4J counts them with an int.
  private static final long LARGEST_ARRAY = Integer.MAX_VALUE;

  // SAME pads by as much, and DL4J counts with an int.
  private static final int LARGEST_WINDOW = 1 << 16;

  // As many as TensorFlow's transposition allows, and more than any network's.
  static final int MOST_AXES = 10;

  private final String where;

  /** @param where the layer, for messages */
  OutputShapes(String where) {
    this.where = where;
  }

  /**
   * @throws ModelImportException.InvalidConfiguration if the operation can't be done on such inputs
   * @throws ModelImportException.UnsupportedLayer if it needs a size that is unknown
   */
  Shape of(Operation operation, List<Shape> inputs) {
    Shape output = shape(operation, inputs);
    if (output.rank() == 0) {
      throw new ModelImportException.UnsupportedLayer(where, "an output with an axis after the batch's", "none");
    }
    if (output.rank() > MOST_AXES) {
      throw tooLarge(output.rank() + " axes");
    }
    long elements = 1;
    for (int size : output.sizes()) {
      // Both at most 2^31, so the product fits.
      elements *= Math.max(size, 1);
      if (elements > LARGEST_ARRAY) {
        throw tooLarge(output.toString());
      }
    }
    return output;
  }

  private Shape shape(Operation operation, List<Shape> inputs) {
    Shape input = inputs.get(0);
    if (operation instanceof Convolution convolution) {
      int channels = channels(input, convolution.window().format());
      if (channels % convolution.groups() != 0 || convolution.filters() % convolution.groups() != 0) {
        throw invalid("channels and filters that " + convolution.groups() + " groups divide",
            channels + " channels, " + convolution.filters() + " filters");
      }
      return windowed(input, convolution.window(), convolution.filters());
    } else if (operation instanceof DepthwiseConvolution depthwise) {
      return windowed(input, depthwise.window(),
          size((long) channels(input, depthwise.window().format()) * depthwise.multiplier()));
    } else if (operation instanceof SeparableConvolution separable) {
      channels(input, separable.window().format());
      return windowed(input, separable.window(), separable.filters());
    } else if (operation instanceof Pool pool) {
      Window window = new Window(pool.size(), pool.strides(), Pair.ONE, pool.padding(), pool.format());
      return windowed(input, window, image(input, pool.format()).size(channelAxis(pool.format())));
    } else if (operation instanceof Dense dense) {
      known(input.size(input.rank()), "the last axis");
      return with(input, input.rank(), dense.units());
    } else if (operation instanceof BatchNormalization norm) {
      known(input.size(norm.axis()), "axis " + norm.axis());
      return input;
    } else if (operation instanceof Normalize normalize) {
      normalize.axes().forEach(axis -> known(input.size(axis), "axis " + axis));
      return input;
    } else if (operation instanceof Merge) {
      return inputs.stream().reduce(this::broadcast).orElseThrow();
    } else if (operation instanceof Concatenate concatenate) {
      return concatenated(inputs, concatenate.axis());
    } else if (operation instanceof GlobalPool pool) {
      int channels = image(input, pool.format()).size(channelAxis(pool.format()));
      return !pool.keepDimensions() ? Shape.of(channels)
          : pool.format() == DataFormat.CHANNELS_LAST ? Shape.of(1, 1, channels) : Shape.of(channels, 1, 1);
    } else if (operation instanceof ZeroPadding padding) {
      return bordered(input, padding.border(), padding.format(), 1);
    } else if (operation instanceof Cropping cropping) {
      return bordered(input, cropping.border(), cropping.format(), -1);
    } else if (operation instanceof UpSampling up) {
      int first = firstAxis(image(input, up.format()), up.format());
      return with(with(input, first, times(input.size(first), up.factor().height())), first + 1,
          times(input.size(first + 1), up.factor().width()));
    } else if (operation instanceof Resize resize) {
      int first = firstAxis(image(input, resize.format()), resize.format());
      return with(with(input, first, resize.size().height()), first + 1, resize.size().width());
    } else if (operation instanceof Subsample subsample) {
      int first = firstAxis(image(input, subsample.format()), subsample.format());
      return with(with(input, first, every(input.size(first), subsample.step().height())), first + 1,
          every(input.size(first + 1), subsample.step().width()));
    } else if (operation instanceof Flatten) {
      return Shape.of(input.rank() == 0 ? 1 : elements(input));
    } else if (operation instanceof Reshape reshape) {
      return reshaped(input, reshape.target());
    } else if (operation instanceof Permute permute) {
      return new Shape(permute.axes().stream().map(input::size).toList());
    } else if (operation instanceof Select select) {
      return with(input, select.axis(), select.indices().size());
    }
    // Activate, PRelu, Affine, Dropout, Identity: element by element.
    return input;
  }

  private Shape windowed(Shape input, Window window, int channels) {
    int first = firstAxis(image(input, window.format()), window.format());
    int height = slid(input.size(first), window.kernel().height(), window.strides().height(),
        window.dilation().height(), window.padding());
    int width = slid(input.size(first + 1), window.kernel().width(), window.strides().width(),
        window.dilation().width(), window.padding());
    return window.format() == DataFormat.CHANNELS_LAST ? Shape.of(height, width, channels)
        : Shape.of(channels, height, width);
  }

  private int slid(int size, int kernel, int stride, int dilation, Padding padding) {
    long extent = (kernel - 1L) * dilation + 1;
    if (padding == Padding.VALID && size != Shape.UNKNOWN && extent > size) {
      throw invalid("a window of at most the input's " + size + " pixels", String.valueOf(extent));
    }
    if (extent > LARGEST_WINDOW) {
      throw new ModelImportException.TooLarge(where, "a window of at most " + LARGEST_WINDOW + " pixels",
          String.valueOf(extent));
    }
    return size == Shape.UNKNOWN ? Shape.UNKNOWN
        : padding == Padding.SAME ? every(size, stride) : (int) ((size - extent) / stride) + 1;
  }

  private static int every(int size, int step) {
    return size == Shape.UNKNOWN ? Shape.UNKNOWN : (size - 1) / step + 1;
  }

  private Shape bordered(Shape input, Border border, DataFormat format, int sign) {
    int first = firstAxis(image(input, format), format);
    return with(with(input, first, plus(input.size(first), sign * ((long) border.top() + border.bottom()))), first + 1,
        plus(input.size(first + 1), sign * ((long) border.left() + border.right())));
  }

  private int plus(int size, long change) {
    if (size == Shape.UNKNOWN) {
      return Shape.UNKNOWN;
    }
    if (size + change < 1) {
      throw invalid("pixels to be left of " + size, (size + change) + " are");
    }
    return size(size + change);
  }

  private int times(int size, int factor) {
    return size == Shape.UNKNOWN ? Shape.UNKNOWN : size((long) size * factor);
  }

  private Shape broadcast(Shape left, Shape right) {
    List<Integer> sizes = new ArrayList<>();
    int rank = Math.max(left.rank(), right.rank());
    for (int axis = 1; axis <= rank; axis++) {
      int a = axis > rank - left.rank() ? left.size(axis - rank + left.rank()) : 1;
      int b = axis > rank - right.rank() ? right.size(axis - rank + right.rank()) : 1;
      if (a != b && a != 1 && b != 1 && a != Shape.UNKNOWN && b != Shape.UNKNOWN) {
        throw invalid("inputs whose shapes agree", left + " and " + right);
      }
      // An unknown size beside a known one above 1 can only be that size, or 1.
      sizes.add(a == 1 || a == Shape.UNKNOWN && b != 1 ? b : a);
    }
    return new Shape(sizes);
  }

  private Shape concatenated(List<Shape> inputs, int axis) {
    Shape sum = inputs.get(0);
    for (Shape next : inputs.subList(1, inputs.size())) {
      if (next.rank() != sum.rank()) {
        throw invalid("inputs with as many axes", sum + " and " + next);
      }
      for (int i = 1; i <= sum.rank(); i++) {
        int a = sum.size(i);
        int b = next.size(i);
        boolean unknown = a == Shape.UNKNOWN || b == Shape.UNKNOWN;
        if (i == axis) {
          sum = with(sum, i, unknown ? Shape.UNKNOWN : size((long) a + b));
        } else if (!unknown && a != b) {
          throw invalid("inputs whose shapes agree but along axis " + axis, inputs.get(0) + " and " + next);
        } else if (a == Shape.UNKNOWN) {
          sum = with(sum, i, b);
        }
      }
    }
    return sum;
  }

  private Shape reshaped(Shape input, Shape target) {
    int from = elements(input);
    long to = 1;
    int unknown = 0;
    for (int axis = 1; axis <= target.rank(); axis++) {
      if (target.size(axis) == Shape.UNKNOWN) {
        unknown = axis;
      } else {
        to = size(to * target.size(axis));
      }
    }
    if (unknown == 0 ? from != to : from % to != 0) {
      throw invalid("a target for the input's " + from + " values", target.toString());
    }
    return unknown == 0 ? target : with(target, unknown, (int) (from / to));
  }

  /** Values of one example. */
  private int elements(Shape shape) {
    long elements = 1;
    for (int size : shape.sizes()) {
      known(size, "the shape " + shape);
      elements = size(elements * size);
    }
    return (int) elements;
  }

  private int size(long size) {
    if (size > Integer.MAX_VALUE) {
      throw tooLarge("a size of " + size);
    }
    return (int) size;
  }

  private int channels(Shape input, DataFormat format) {
    int channels = image(input, format).size(channelAxis(format));
    known(channels, "the channels");
    return channels;
  }

  private Shape image(Shape input, DataFormat format) {
    if (input.rank() != 3) {
      throw invalid(format == DataFormat.CHANNELS_LAST ? "an input [height, width, channels]"
          : "an input [channels, height, width]", input.toString());
    }
    return input;
  }

  static int channelAxis(DataFormat format) {
    return format == DataFormat.CHANNELS_LAST ? 3 : 1;
  }

  private static int firstAxis(Shape image, DataFormat format) {
    return format == DataFormat.CHANNELS_LAST ? 1 : 2;
  }

  private static Shape with(Shape shape, int axis, int size) {
    List<Integer> sizes = new ArrayList<>(shape.sizes());
    sizes.set(axis - 1, size);
    return new Shape(sizes);
  }

  private void known(int size, String what) {
    if (size == Shape.UNKNOWN) {
      throw new ModelImportException.UnsupportedLayer(where, "a known size along " + what, "null in the configuration",
          "Give the model's Input its full shape in Keras and save the model again.");
    }
  }

  private ModelImportException invalid(String expected, String found) {
    return new ModelImportException.InvalidConfiguration(where, expected, found);
  }

  private ModelImportException tooLarge(String found) {
    return new ModelImportException.TooLarge(where, "at most " + LARGEST_ARRAY + " values for each example", found);
  }
}
