package org.resnet4j.spark.training;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.resnet4j.training.data.ImageSource;
import org.resnet4j.training.data.OnBadImage;

/**
 * All that a worker needs to know of a phase; sent once.
 *
 * @param id of the phase of a run, other than that of any other
 * @param configuration the graph's, as JSON
 * @param recipe in YAML
 * @param phase of the recipe, 0-based
 * @param preprocessing as JSON
 * @param images serializable
 */
record PhaseJob(String id, String configuration, String recipe, int phase, long seed, Computing computing,
                String[] classes, String preprocessing, CNN2DFormat format, OnBadImage onBadImage, ImageSource images,
                Shards shards, Averaging averaging) implements Serializable { }
