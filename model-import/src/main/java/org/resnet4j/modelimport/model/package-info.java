/**
 * A Keras model without its dialect: typed operations on arrays that lie as Keras has them. Shapes are without the
 * batch; axes count the batch as 0.
 */
package org.resnet4j.modelimport.model;
