/** Optimisers of the field's standard form; Deeplearning4j's own momentum is Nesterov's only, and it has no AdamW. */
package org.resnet4j.zoo.updater;
