package org.resnet4j.modelimport.pytorch;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.resnet4j.zoo.weights.ElementType;

/**
 * What a pickle holds besides {@code None} (null), bool, int (Long, or {@link BigInteger} beyond it), float (Double),
 * str (String) and bytes (byte[]). Values may contain themselves and share parts, so nothing here is ever hashed,
 * compared or printed as a whole.
 */
sealed interface Pickled {

  /** A class's or function's name: a name and nothing else. */
  record Global(String module, String name) implements Pickled {
    String qualified() {
      return module + "." + name;
    }
  }

  /** A tuple, or a {@code torch.Size}. */
  record Tuple(List<Object> items) implements Pickled {}

  /** A list or a set. */
  record Sequence(List<Object> items) implements Pickled {}

  /**
   * A dict of any kind.
   *
   * @param items those under strings
   * @param otherKeys the numbers and bools among the keys, as text; nothing needs what lies under them
   */
  record Dict(Map<String, Object> items, Set<String> otherKeys) implements Pickled {
    Dict() {
      this(new LinkedHashMap<>(), new HashSet<>());
    }
  }

  /** An object of a class that we don't have: the class's name and the state it was saved with. */
  final class Instance implements Pickled {
    final Global type;
    /** Null until there is one. */
    Object state;

    Instance(Global type) {
      this.type = type;
    }
  }

  /** The result of a harmless call that nothing needs: numpy's numbers, devices. */
  record Opaque(Global function) implements Pickled {}

  /** Raw values in the file, {@code count} of them, of which this is the part from {@code begin} on. */
  record Storage(String key, ElementType type, long count, long begin, long length) implements Pickled {}

  /** The arguments of {@code torch._utils._rebuild_tensor_v2} and its like, unchecked; {@code dtype} may be null. */
  record Tensor(Object storage, Object offset, Object size, Object stride, Object dtype, Object metadata)
      implements Pickled {}
}
