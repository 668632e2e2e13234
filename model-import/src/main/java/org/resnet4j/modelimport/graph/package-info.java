/** The typed model as DL4J's {@code ComputationGraph}. */
package org.resnet4j.modelimport.graph;
