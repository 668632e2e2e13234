/**
 * The training loop: phases of epochs around {@link org.deeplearning4j.nn.graph.ComputationGraph#fit}, a learning rate
 * for each step, a validation after each epoch, early stopping, and the evaluation that both the loop and the command
 * line use.
 */
package org.resnet4j.training.loop;
