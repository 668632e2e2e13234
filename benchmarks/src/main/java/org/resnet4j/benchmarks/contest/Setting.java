package org.resnet4j.benchmarks.contest;

/** What all contenders do at the same time: a model of the zoo, a batch, a number of threads. */
record Setting(String model, int batch, Threads threads) {
  /** As in results: {@code resnet50 b8 t1}. */
  String label() {
    return model + " b" + batch + " t" + threads.label();
  }
}
