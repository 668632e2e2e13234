/**
 * The kinds of nodes of which programs consist. Images lie [N, C, H, W] to them; how their numbers are ordered in
 * memory is the kernels' choice.
 */
package org.resnet4j.engine.node;
