/** Training on a Spark cluster, against the same engine alone on the same cores, and against dl4j-spark. */
package org.resnet4j.benchmarks.cluster;
