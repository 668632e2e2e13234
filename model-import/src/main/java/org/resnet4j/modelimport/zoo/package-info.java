/** Keras's weight files for the zoo's own nets: no architecture is read, the spec is it. */
package org.resnet4j.modelimport.zoo;
