package com.example.photos;

import org.nd4j.linalg.factory.Nd4j;

/** What an application computes on once backend-cpu is among its dependencies. */
public final class Device {
  private Device() {}

  public static void main(String[] args) {
    System.out.println(backend());
  }

  static String backend() {
    return Nd4j.getBackend().getClass().getSimpleName();
  }
}
