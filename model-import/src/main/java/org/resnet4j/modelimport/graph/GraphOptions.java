package org.resnet4j.modelimport.graph;

import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;

/** @param inputLayout how images are to be given to the net; empty: as Keras' model takes them */
public record GraphOptions(Optional<CNN2DFormat> inputLayout) {
  public static final GraphOptions DEFAULT = new GraphOptions(Optional.empty());
}
