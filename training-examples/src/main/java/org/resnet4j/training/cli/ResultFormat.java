package org.resnet4j.training.cli;

/** How results are written on standard output: for people, or for programs. */
enum ResultFormat { TEXT, JSON, CSV }
