/**
 * What training on a Spark cluster costs beyond the machines at hand: a round of workers on paper
 * ({@link org.resnet4j.benchmarks.scaling.AnalyticModel}) and drawn at random
 * ({@link org.resnet4j.benchmarks.scaling.Simulation}), both from constants that were measured
 * ({@link org.resnet4j.benchmarks.scaling.Measured}); behind {@code benchmarks/scaling.sh}.
 */
package org.resnet4j.benchmarks.scaling;
