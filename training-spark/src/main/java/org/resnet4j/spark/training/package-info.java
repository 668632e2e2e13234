/**
 * Training by many workers on spark-core alone. Each partition of an RDD is a worker with images of its own; what it
 * does in a round is a pure function of the state that it is sent, and the driver combines the workers' results in
 * their order: neither kills, retries nor the number of executors change a bit of what comes out.
 */
package org.resnet4j.spark.training;
