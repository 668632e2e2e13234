package org.resnet4j.training.report;

import java.awt.image.BufferedImage;
import org.resnet4j.training.loop.Prediction;

/**
 * A wrongly classified image, shown in the report.
 *
 * @param picture what it looks like, of any size
 * @param file its path as the report should name it
 * @param prediction what the net said
 */
public record Mistake(BufferedImage picture, String file, Prediction prediction) {}
