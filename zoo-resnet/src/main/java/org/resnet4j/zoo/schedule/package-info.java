/**
 * Learning rates by iteration, as {@code torch.optim.lr_scheduler} has them, that any DL4J updater takes and that come
 * back from a configuration's JSON; DL4J's own {@code RampSchedule} doesn't, and it has no cosine.
 *
 * <p>Each is a pure function of the iteration, from 0; the epoch counts for nothing. They are immutable, so a clone is
 * the schedule itself. A value that makes no sense is an {@link java.lang.IllegalArgumentException}.
 */
package org.resnet4j.zoo.schedule;
