/** Small programs to copy: build a network, fine-tune it, classify with it, take features from it. */
package org.resnet4j.training.examples;
