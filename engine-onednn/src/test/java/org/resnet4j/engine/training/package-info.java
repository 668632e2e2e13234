/** Training on the engine: the gradients and scores of networks of all kinds are DL4J's. */
package org.resnet4j.engine.training;
