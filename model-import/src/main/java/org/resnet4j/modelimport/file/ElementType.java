package org.resnet4j.modelimport.file;

import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.OrderedDataType;
import io.jhdf.object.datatype.StringData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.modelimport.ModelImportException.UnsupportedType;

/** The real numbers that arrays in files consist of. */
enum ElementType {
  FLOAT16("f2") {
    @Override
    double next(ByteBuffer in) {
      return half(in.getShort());
    }
  },
  /** The upper half of a float32; NumPy has no name for it. */
  BFLOAT16("bfloat16") {
    @Override
    double next(ByteBuffer in) {
      return Float.intBitsToFloat(in.getShort() << 16);
    }
  },
  FLOAT32("f4") {
    @Override
    double next(ByteBuffer in) {
      return in.getFloat();
    }
  },
  FLOAT64("f8") {
    @Override
    double next(ByteBuffer in) {
      return in.getDouble();
    }
  },
  INT8("i1") {
    @Override
    double next(ByteBuffer in) {
      return in.get();
    }
  },
  UINT8("u1") {
    @Override
    double next(ByteBuffer in) {
      return Byte.toUnsignedInt(in.get());
    }
  },
  INT16("i2") {
    @Override
    double next(ByteBuffer in) {
      return in.getShort();
    }
  },
  UINT16("u2") {
    @Override
    double next(ByteBuffer in) {
      return Short.toUnsignedInt(in.getShort());
    }
  },
  INT32("i4") {
    @Override
    double next(ByteBuffer in) {
      return in.getInt();
    }
  },
  UINT32("u4") {
    @Override
    double next(ByteBuffer in) {
      return Integer.toUnsignedLong(in.getInt());
    }
  },
  INT64("i8") {
    @Override
    double next(ByteBuffer in) {
      return in.getLong();
    }
  };

  /** Values converted at once. */
  private static final int PIECE = 1 << 16;

  static final String EXPECTED = "floats of 2, 4 or 8 bytes or integers";

  private final String numPy;

  ElementType(String numPy) {
    this.numPy = numPy;
  }

  /** The next value; an integer beyond 2^53 is rounded. */
  abstract double next(ByteBuffer in);

  boolean isFloat() {
    return compareTo(FLOAT64) <= 0;
  }

  /** NumPy's name without byte order: {@code f4}. */
  static Optional<ElementType> named(String numPy) {
    return Arrays.stream(values()).filter(type -> type.numPy.equals(numPy)).findFirst();
  }

  /** The size of one element. */
  int bytes() {
    return this == BFLOAT16 ? Short.BYTES : numPy.charAt(1) - '0';
  }

  /** @param note the dataset's attribute {@code dtype}, by which Keras 3 tells bfloat16 from any two bytes */
  static ElementType of(String object, io.jhdf.object.datatype.DataType type, String note) {
    String name = "";
    if (type instanceof FloatingPoint real && isIeee(real)) {
      name = "f" + real.getSize();
    } else if (type instanceof FixedPoint whole && whole.getBitOffset() == 0
        && whole.getBitPrecision() == Byte.SIZE * whole.getSize()) {
      name = (whole.isSigned() ? "i" : "u") + whole.getSize();
    } else if (type instanceof StringData && type.getSize() == Short.BYTES) {
      name = note;
    }
    return named(name).orElseThrow(() -> new UnsupportedType(object, EXPECTED,
        "HDF5's class %d with %d bytes".formatted(type.getDataClass(), type.getSize())));
  }

  private static boolean isIeee(FloatingPoint type) {
    int exponentBits = switch (type.getSize()) {
      case 2 -> 5;
      case 4 -> 8;
      case 8 -> 11;
      default -> 0;
    };
    int bits = Byte.SIZE * type.getSize();
    int mantissaBits = bits - 1 - exponentBits;
    return type.getBitOffset() == 0 && type.getBitPrecision() == bits && type.getSignLocation() == bits - 1
        && type.getExponentSize() == exponentBits && type.getExponentLocation() == mantissaBits
        && type.getMantissaSize() == mantissaBits && type.getMantissaLocation() == 0
        && type.getMantissaNormalization() == 2 && type.getExponentBias() == (1 << exponentBits - 1) - 1;
  }

  static ByteOrder order(io.jhdf.object.datatype.DataType type) {
    return type instanceof OrderedDataType ordered ? ordered.getByteOrder() : ByteOrder.LITTLE_ENDIAN;
  }

  /** A new array of these values, which lie row-major and fit the shape. */
  INDArray decode(ByteBuffer values, long[] shape, DataType into) {
    if (into != DataType.FLOAT && into != DataType.DOUBLE) {
      throw new IllegalArgumentException("FLOAT or DOUBLE, not " + into);
    }
    long length = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (length == 0) {
      return Nd4j.create(into, shape);
    }
    // Of the shape from the start: a reshaped array is a view, which can't be closed.
    INDArray array = Nd4j.createUninitialized(into, shape, 'c');
    INDArray flat = array.reshape(length);
    Pieces pieces = into == DataType.FLOAT ? floats(values) : doubles(values);
    for (long begin = 0; begin < length; begin += PIECE) {
      int count = (int) Math.min(PIECE, length - begin);
      // Closed at once: Java doesn't see what lies off the heap when it decides whether to collect garbage.
      try (INDArray piece = pieces.next(count)) {
        flat.get(NDArrayIndex.interval(begin, begin + count)).assign(piece);
      }
    }
    return array;
  }

  /** Copies values off the heap, from an array on it that is used again and again. */
  @FunctionalInterface
  private interface Pieces {
    INDArray next(int count);
  }

  private Pieces floats(ByteBuffer values) {
    return new Pieces() {
      private float[] floats = {};

      @Override
      public INDArray next(int count) {
        floats = floats.length == count ? floats : new float[count];
        if (ElementType.this == FLOAT32) {
          values.asFloatBuffer().get(floats);
          values.position(values.position() + count * Float.BYTES);
        } else {
          for (int i = 0; i < count; i++) {
            floats[i] = (float) ElementType.this.next(values);
          }
        }
        return Nd4j.createFromArray(floats);
      }
    };
  }

  private Pieces doubles(ByteBuffer values) {
    return new Pieces() {
      private double[] doubles = {};

      @Override
      public INDArray next(int count) {
        doubles = doubles.length == count ? doubles : new double[count];
        for (int i = 0; i < count; i++) {
          doubles[i] = ElementType.this.next(values);
        }
        return Nd4j.createFromArray(doubles);
      }
    };
  }

  /** IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude = switch (exponent) {
      case 0 -> fraction * 0x1p-24f;
      case 31 -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
      default -> Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    };
    return bits < 0 ? -magnitude : magnitude;
  }
}
