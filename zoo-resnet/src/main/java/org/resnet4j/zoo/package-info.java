/**
 * The ResNet family of Deeplearning4j: one table of {@code ResNetSpec} rows, one builder that turns a row into a
 * {@link org.deeplearning4j.nn.conf.ComputationGraphConfiguration}, and the {@code ZooModel} that users build.
 */
package org.resnet4j.zoo;
