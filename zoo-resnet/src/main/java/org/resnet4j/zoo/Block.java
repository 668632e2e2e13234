package org.resnet4j.zoo;

/** What a residual unit's branch is made of (He et al. 2015, figure 5). */
public enum Block {
  /** Two 3x3 convolutions. */
  BASIC(1, 2),
  /** 1x1 reduce, 3x3, 1x1 expand to four times the width. */
  BOTTLENECK(4, 3);

  final int expansion;
  final int convolutions;

  Block(int expansion, int convolutions) {
    this.expansion = expansion;
    this.convolutions = convolutions;
  }
}
