package org.resnet4j.modelimport.pytorch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Map;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;

/** An open file of {@code torch.save}: what its pickle holds, and its raw storages. */
interface Storages extends Closeable {
  /** The tensors by name, unchecked. */
  Map<String, Tensor> tensors();

  /** The length of a storage in bytes, all of which the file has; -1 if there is no such storage. */
  long length(String key);

  /** A storage's bytes from a position on. */
  InputStream open(String key, long position) throws IOException;

  /** How the storages' values lie. */
  ByteOrder order();
}
