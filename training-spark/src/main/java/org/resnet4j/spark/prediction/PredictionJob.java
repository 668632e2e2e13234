package org.resnet4j.spark.prediction;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.spark.training.Computing;
import org.resnet4j.spark.training.SentGraph;

/**
 * What tasks predict with.
 *
 * @param id of this job and no other
 * @param graph whose second output, if features are wanted, are those
 * @param preprocessing its JSON
 * @param format how the graph takes images
 * @param batch images at a time
 * @param top classes an image
 */
record PredictionJob(String id, SentGraph graph, String[] classes, String preprocessing, CNN2DFormat format, int batch,
                     int top, boolean features, Computing computing) implements Serializable { }
