/**
 * What modern training adds to Deeplearning4j's: an average of the weights, clipping by the gradient's norm, decay of
 * norms and biases, several batches for one update, learning rates by depth. They need nothing else of this project:
 * any program can add the listeners to its {@code ComputationGraph}, on Deeplearning4j or on the oneDNN engine.
 *
 * <p>Listeners that change the gradient act in the order in which the graph has them: {@link
 * org.resnet4j.training.aid.GradientClipping} before {@link org.resnet4j.training.aid.UnregularizedDecay}, as PyTorch's
 * optimisers add weight decay to the gradient that they are given.
 */
package org.resnet4j.training.aid;
