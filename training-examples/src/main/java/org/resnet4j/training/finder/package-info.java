/** Finding a learning rate before a run: a short training whose rate rises until the loss explodes. */
package org.resnet4j.training.finder;
