/** Training and prediction on a Spark cluster, with the recipes, model files and engine of one machine. */
package org.resnet4j.spark;
