package org.resnet4j.modelimport.file;

import java.util.List;
import java.util.Optional;

/** A group of an HDF5 file. All of it throws {@code ModelImportException}, naming the object, and nothing else. */
public interface Hdf5Group {
  /** From the file's root: {@code /model_weights/conv1}. */
  String path();

  /** Names of groups and datasets within, in the file's order. */
  List<String> children();

  /** The group within, by a name or a relative path of names joined by slashes; empty if there is none or a dataset. */
  Optional<Hdf5Group> group(String path);

  /** The dataset within; empty if there is none or a group. */
  Optional<Hdf5Dataset> dataset(String path);

  /** An attribute that is one text. */
  Optional<String> text(String attribute);

  /** An attribute that is a list of texts, also where it is cut into {@code name0}, {@code name1} and on. */
  Optional<List<String>> texts(String attribute);
}
