/** Classifying images with a saved model. */
package org.resnet4j.zoo.classify;
