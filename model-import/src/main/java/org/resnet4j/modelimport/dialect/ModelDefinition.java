package org.resnet4j.modelimport.dialect;

import java.util.List;
import org.resnet4j.modelimport.dialect.Call.Reference;
import org.resnet4j.modelimport.model.Input;

/**
 * A model as its configuration has it.
 *
 * @param layers in the configuration's order
 * @param inputs with the shapes that the configuration gives them; rank 0 where it gives none
 * @param inputKeys the dictionary's keys, sorted, where the inputs are one; else empty
 * @param order calls, each after those whose outputs it takes
 */
record ModelDefinition(List<LayerDefinition> layers, List<Input> inputs, List<String> inputKeys,
                       List<Reference> outputs, List<Step> order) {

  /** The call of that index. */
  record Step(LayerDefinition layer, int call) {}
}
