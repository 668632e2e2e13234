package org.resnet4j.modelimport.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as Keras computes it, nested models inlined.
 *
 * @param name the outermost model's
 * @param version of Keras's file dialect
 * @param inputs in the model's order
 * @param nodes each after its inputs
 * @param outputs names of nodes (or inputs), in the model's order
 * @param root the layers and nested models, as weight files know them
 * @param aliases Keras's names of what isn't a node of that name, such as a nested model, and the node that has its
 *     output
 * @param doublePrecision whether it computes in float64
 * @param compilation empty where the model was saved uncompiled
 * @param notes what is different here from Keras, a sentence each
 */
public record KerasModel(String name, Version version, List<Input> inputs, List<Node> nodes, List<String> outputs,
                         Layer root, Map<String, String> aliases, boolean doublePrecision,
                         Optional<Compilation> compilation, List<String> notes) {
  /** The program that wrote the configuration. */
  public enum Version { KERAS_2, KERAS_3 }

  public KerasModel {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    aliases = Map.copyOf(aliases);
    notes = List.copyOf(notes);
  }
}
