/**
 * How to train, as files that people read: {@link org.resnet4j.training.recipe.Recipe}s of plain data, read from YAML
 * strictly, printed in full, compared field by field. The records are the format: a component is a field of the same
 * name, {@link org.resnet4j.training.recipe.Default} says which may be left out.
 */
package org.resnet4j.training.recipe;
