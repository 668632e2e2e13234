package com.example.photos;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.zoo.ResNets;

/** Builds a ResNet for three classes of photos, with fresh weights. */
public final class BuildNet {
  private BuildNet() {}

  public static void main(String[] args) {
    System.out.println(build().summary());
  }

  static ComputationGraph build() {
    return ResNets.named("resnet18").numClasses(3).inputShape(3, 64, 64).build().init();
  }
}
