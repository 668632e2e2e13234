package org.resnet4j.zoo.image;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How an image of any size becomes the network's height x width. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "mode")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Resize.ShorterSide.class, name = "SHORTER_SIDE"),
    @JsonSubTypes.Type(value = Resize.Stretch.class, name = "STRETCH")})
public sealed interface Resize {

  /** The shorter side becomes {@code length} pixels, the aspect ratio stays, the centre is cut out. */
  record ShorterSide(int length) implements Resize { }

  /** Both sides become the network's, whatever the aspect ratio. */
  record Stretch() implements Resize { }
}
