/** Optimisers of the field's standard form, as Deeplearning4j updaters: its own momentum is Nesterov's only, and it has no AdamW. */
package org.resnet4j.zoo.updater;
