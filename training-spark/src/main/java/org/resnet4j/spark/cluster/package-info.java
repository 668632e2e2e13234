/** The cluster under a program: what its workers need to be told, and what they tell of themselves. */
package org.resnet4j.spark.cluster;
