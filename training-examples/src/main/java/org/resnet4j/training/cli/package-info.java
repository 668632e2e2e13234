/**
 * The command line {@code resnet4j}: results on standard output, progress and messages on standard error, an exit code
 * that scripts can rely on. Names and numbers are parsed here, once; everything below works with values.
 */
package org.resnet4j.training.cli;
