/**
 * From a program (nodes in order) to what runs: a plan of oneDNN primitives over one block of memory, and executions of
 * it that hold that block.
 */
package org.resnet4j.engine.plan;
