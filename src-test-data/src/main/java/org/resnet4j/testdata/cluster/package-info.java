/** A standalone Spark cluster on the loopback interface, of real JVMs: tests and benchmarks submit programs to it. */
package org.resnet4j.testdata.cluster;
