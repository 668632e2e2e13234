/** How fast networks are on this machine: contenders in turns, their latencies, and the report of them. */
package org.resnet4j.training.benchmark;
