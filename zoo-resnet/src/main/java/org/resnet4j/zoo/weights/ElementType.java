package org.resnet4j.zoo.weights;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The element types of safetensors that fill whole bytes, little-endian. */
public enum ElementType {
  BOOL(1), U8(1), I8(1), F8_E5M2(1), F8_E4M3(1), F8_E8M0(1),
  I16(2), U16(2), F16(2), BF16(2),
  I32(4), U32(4), F32(4),
  I64(8), U64(8), F64(8), C64(8);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element. */
  public int bytes() {
    return bytes;
  }

  static Optional<ElementType> named(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether {@link #nextFloat} reads it. */
  public boolean isFloat() {
    return switch (this) {
      case F16, BF16, F32, F64 -> true;
      default -> false;
    };
  }

  /** Whether a long holds each value, so that {@link #nextLong} reads it. */
  public boolean isInteger() {
    return switch (this) {
      case BOOL, U8, I8, I16, U16, I32, U32, I64 -> true;
      default -> false;
    };
  }

  /** The next element of a float type; F64 is rounded to the nearest float. */
  public float nextFloat(ByteBuffer in) {
    return switch (this) {
      case F16 -> half(in.getShort());
      case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
      case F32 -> in.getFloat();
      case F64 -> (float) in.getDouble();
      default -> throw new IllegalStateException(this + " is no float");
    };
  }

  /** The next element of an integer type. */
  public long nextLong(ByteBuffer in) {
    return switch (this) {
      case BOOL, U8 -> Byte.toUnsignedLong(in.get());
      case I8 -> in.get();
      case I16 -> in.getShort();
      case U16 -> Short.toUnsignedLong(in.getShort());
      case I32 -> in.getInt();
      case U32 -> Integer.toUnsignedLong(in.getInt());
      case I64 -> in.getLong();
      default -> throw new IllegalStateException(this + " is no integer that a long holds");
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
