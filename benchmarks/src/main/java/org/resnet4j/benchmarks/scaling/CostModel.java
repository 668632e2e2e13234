package org.resnet4j.benchmarks.scaling;

/** Says how long a round takes. */
interface CostModel {
  RoundTime round(Costs costs, Plan plan);

  /** Images that all workers see in a second. */
  default double imagesPerSecond(Costs costs, Plan plan) {
    return (double) costs.cluster().workers() * plan.every() * plan.images() / round(costs, plan).total();
  }

  /** The share of what as many workers would see if each were alone and never sent anything; 0 to 1. */
  default double efficiency(Costs costs, Plan plan) {
    return imagesPerSecond(costs, plan) / costs.imagesPerSecondAlone(plan);
  }
}
