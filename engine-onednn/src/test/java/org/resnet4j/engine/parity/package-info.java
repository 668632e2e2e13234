/** Holds the compiler against DL4J. */
package org.resnet4j.engine.parity;
