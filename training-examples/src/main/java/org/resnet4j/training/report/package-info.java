/**
 * The report of a training run: curves and confusion matrix as PNG, and one self-contained HTML page with them, the
 * figures of each class, the worst mistakes as pictures with where the net saw what (Grad-CAM), the settings and the
 * warnings. Past runs are compared in one picture and page.
 */
package org.resnet4j.training.report;
