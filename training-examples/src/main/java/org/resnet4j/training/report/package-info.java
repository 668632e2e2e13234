/**
 * The report of a training run: curves and confusion matrix as PNG, and one self-contained HTML page with them, the
 * figures of each class, the worst mistakes as pictures, the settings and the warnings.
 */
package org.resnet4j.training.report;
