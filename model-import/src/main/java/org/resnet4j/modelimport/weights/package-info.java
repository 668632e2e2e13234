/** Which tensor of a file is which weight of which layer: by name, or by position. */
package org.resnet4j.modelimport.weights;
