package org.resnet4j.engine.plan;

import org.bytedeco.dnnl.memory;

/** An array while a plan is made: its shape, type and layout, and where it lies. */
public final class Tensor {
  private final Storage storage;
  private final memory.desc desc;
  private final long[] shape;

  Tensor(Storage storage, memory.desc desc) {
    this.storage = storage;
    this.desc = Descs.canonical(desc);
    this.shape = Descs.shape(desc);
  }

  Storage storage() {
    return storage;
  }

  public memory.desc desc() {
    return desc;
  }

  public long[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  public long size(int axis) {
    return shape[axis];
  }

  public memory.data_type type() {
    return Descs.type(desc);
  }

  /** Whether both lie in one place. */
  public boolean shares(Tensor other) {
    return storage.equals(other.storage);
  }

  /** The same numbers seen in another way. */
  public Tensor as(memory.desc other) {
    return new Tensor(storage, other);
  }
}
