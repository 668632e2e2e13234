package org.resnet4j.engine.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.dnnl_memory_desc_handle;
import org.bytedeco.dnnl.dnnl_memory_handle;
import org.bytedeco.dnnl.dnnl_post_ops_handle;
import org.bytedeco.dnnl.dnnl_primitive_attr_handle;
import org.bytedeco.dnnl.dnnl_primitive_desc_handle;
import org.bytedeco.dnnl.dnnl_primitive_handle;
import org.bytedeco.dnnl.memory_desc_vector;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Objects of oneDNN that live until they are closed, and a scope for those that don't. */
final class Natives implements AutoCloseable {
  private final List<Pointer> kept = new ArrayList<>();

  <P extends Pointer> P keep(P pointer) {
    pointer.retainReference();
    kept.add(pointer);
    return pointer;
  }

  /**
   * Frees what isn't kept. Only oneDNN's own objects: an array of ND4J's that is made in between stays.
   */
  @SuppressWarnings("unchecked")
  static PointerScope scope() {
    return new PointerScope(dnnl_memory_handle.class, dnnl_memory_desc_handle.class, dnnl_primitive_handle.class,
        dnnl_primitive_desc_handle.class, dnnl_primitive_attr_handle.class, dnnl_post_ops_handle.class,
        memory_desc_vector.class, IntMemoryMap.class);
  }

  @Override
  public void close() {
    kept.forEach(Pointer::releaseReference);
    kept.clear();
  }
}
