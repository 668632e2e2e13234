package org.resnet4j.modelimport.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.modelimport.file.Hdf5Dataset;
import org.resnet4j.modelimport.file.Hdf5Group;

/** A group that a test makes. */
public final class MemoryGroup implements Hdf5Group {
  private record Dataset(String path, long[] shape, float... values) implements Hdf5Dataset {
    @Override
    public boolean isFloat() {
      return true;
    }

    @Override
    public INDArray read(DataType type) {
      float[] all = new float[(int) Nd4j.create(DataType.INT8, shape).length()];
      for (int i = 0; i < all.length; i++) {
        all[i] = values[i % values.length];
      }
      return Nd4j.createFromArray(all).reshape(shape).castTo(type);
    }
  }

  private final String path;
  private final Map<String, MemoryGroup> groups = new LinkedHashMap<>();
  private final Map<String, Dataset> datasets = new LinkedHashMap<>();
  private final Map<String, List<String>> attributes = new LinkedHashMap<>();

  public MemoryGroup() {
    this("");
  }

  private MemoryGroup(String path) {
    this.path = path;
  }

  /** The group of this path, made if need be. */
  public MemoryGroup in(String at) {
    MemoryGroup group = this;
    for (String name : at.split("/")) {
      String childPath = group.path + "/" + name;
      group = group.groups.computeIfAbsent(name, n -> new MemoryGroup(childPath));
    }
    return group;
  }

  /** Puts a dataset; its values are repeated until it is full. */
  public MemoryGroup put(String at, long[] shape, float... values) {
    int slash = at.lastIndexOf('/');
    MemoryGroup parent = slash < 0 ? this : in(at.substring(0, slash));
    parent.datasets.put(at.substring(slash + 1), new Dataset(this.path + "/" + at, shape, values));
    return this;
  }

  public MemoryGroup attribute(String name, List<String> texts) {
    attributes.put(name, List.copyOf(texts));
    return this;
  }

  /** A layer's group in a file by name. */
  public MemoryGroup layer(String name) {
    List<String> names = new ArrayList<>(attributes.getOrDefault("layer_names", List.of()));
    names.add(name);
    attribute("layer_names", names);
    return in(name);
  }

  /** A tensor of a layer's group. */
  public MemoryGroup tensor(String name, long[] shape, float... values) {
    List<String> names = new ArrayList<>(attributes.getOrDefault("weight_names", List.of()));
    names.add(name);
    attribute("weight_names", names);
    return put(name, shape, values);
  }

  /** Puts a group under another name, as a hard link does. */
  void link(String name, MemoryGroup group) {
    groups.put(name, group);
  }

  public void remove(String at) {
    int slash = at.lastIndexOf('/');
    MemoryGroup parent = slash < 0 ? this : in(at.substring(0, slash));
    parent.groups.remove(at.substring(slash + 1));
    parent.datasets.remove(at.substring(slash + 1));
  }

  @Override
  public String path() {
    return path.isEmpty() ? "/" : path;
  }

  @Override
  public List<String> children() {
    List<String> children = new ArrayList<>(groups.keySet());
    children.addAll(datasets.keySet());
    return children;
  }

  @Override
  public Optional<Hdf5Group> group(String at) {
    MemoryGroup group = this;
    for (String name : at.split("/")) {
      group = group == null ? null : group.groups.get(name);
    }
    return Optional.ofNullable(group);
  }

  @Override
  public Optional<Hdf5Dataset> dataset(String at) {
    int slash = at.lastIndexOf('/');
    Optional<Hdf5Group> parent = slash < 0 ? Optional.of(this) : group(at.substring(0, slash));
    return parent.map(found -> ((MemoryGroup) found).datasets.get(at.substring(slash + 1)));
  }

  @Override
  public Optional<String> text(String attribute) {
    return Optional.empty();
  }

  @Override
  public Optional<List<String>> texts(String attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }
}
