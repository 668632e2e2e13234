/** Watching a run from outside: TensorBoard's event files, and Deeplearning4j's own page. */
package org.resnet4j.training.board;
