/**
 * Benchmarks: JMH classes for absolute times, mains that run two contenders in turn in one process and print ratios,
 * which hold on a machine that isn't quiet too, and in {@link org.resnet4j.benchmarks.contest} the contest of everyone
 * behind {@code benchmarks/run.sh}.
 */
package org.resnet4j.benchmarks;
