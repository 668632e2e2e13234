/** dl4j-spark, as a peer in {@code benchmarks/cluster.sh}. */
package org.resnet4j.benchmarks.dl4jspark;
