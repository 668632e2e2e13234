/** DL4J's updaters in one pass over memory: gradients in, parameters and updater state changed, the same results. */
package org.resnet4j.engine.update;
