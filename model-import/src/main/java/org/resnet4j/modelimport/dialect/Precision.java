package org.resnet4j.modelimport.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import org.resnet4j.modelimport.ModelImportException;

/** In which precision the layers compute: all in float32, or all in float64 if one of them does. */
final class Precision {
  private final Collection<String> notes;
  private boolean doubles;

  Precision(Collection<String> notes) {
    this.notes = notes;
  }

  boolean isDouble() {
    return doubles;
  }

  /** @throws ModelImportException.UnsupportedLayer if the layer computes in anything but floating point */
  void check(Settings layer) {
    JsonNode dtype = layer.get("dtype");
    String policy = dtype.isMissingNode() ? "float32" : dtype.isTextual() ? dtype.asText()
        : dtype.path("config").path("name").asText(dtype.path("class_name").asText());
    switch (policy) {
      case "float32" -> { }
      case "float64" -> doubles = true;
      case "float16", "mixed_float16", "bfloat16", "mixed_bfloat16" ->
          notes.add("Layers with the dtype policy " + policy + " compute in float32 here.");
      default -> throw layer.unsupported("a dtype policy of floating point", ModelImportException.quote(policy));
    }
  }
}
