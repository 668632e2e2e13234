package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A layer of a model as its configuration has it.
 *
 * @param path as in {@link org.resnet4j.modelimport.model.Layer#path()}
 * @param operator whether it is a function of Keras 3 ({@code keras.ops}), whose class may be named as a layer's
 * @param buildConfig what it was built for; a missing node where that isn't said
 * @param calls within its model, by index
 * @param model the nested model; empty for a layer
 */
record LayerDefinition(String name, String path, String className, boolean operator, JsonNode config,
                       JsonNode buildConfig, boolean trainable, List<Call> calls, Optional<ModelDefinition> model) {

  boolean input() {
    return className.equals("InputLayer");
  }

  String where() {
    return Settings.where(path, className);
  }
}
