/**
 * Benchmarks: JMH classes for absolute times, and mains that run contenders in turn and print ratios, which hold on a
 * machine that isn't quiet too.
 */
package org.resnet4j.benchmarks;
