/**
 * What runs apart from the contest's driver: preparation of a model, and workers, each of which loads one contender's
 * network and measures it when told.
 *
 * <p>A worker gets a {@link org.resnet4j.benchmarks.worker.WorkerTask} as JSON on its command line and answers with
 * {@link org.resnet4j.benchmarks.worker.Reply}s, one a line of standard output: {@code first} once the first result is
 * there, {@code ready} once it is warm, then a {@code round} for each line {@code run} on standard input. When standard
 * input ends, so does the worker. {@code benchmarks/python/worker.py} speaks the same for PyTorch.
 */
package org.resnet4j.benchmarks.worker;
