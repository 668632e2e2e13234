/**
 * The contest behind {@code benchmarks/run.sh}: contenders in processes of their own take turns in measured rounds, so
 * that whatever else the machine does hits all alike; tables, a plot and ratios come of it.
 */
package org.resnet4j.benchmarks.contest;
