/** Input pipelines against one another: images a second, without a network behind them. */
package org.resnet4j.benchmarks.loading;
