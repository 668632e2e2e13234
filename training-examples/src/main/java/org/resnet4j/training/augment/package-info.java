/**
 * Ways to make more of few images. Of one image: {@link org.resnet4j.training.augment.TrivialAugment},
 * {@link org.resnet4j.training.augment.RandAugment}, {@link org.resnet4j.training.augment.ColourJitter} and
 * {@link org.resnet4j.training.augment.RandomErasing}, made of {@link org.resnet4j.training.augment.ImageOperation}s. Of a
 * batch: {@link org.resnet4j.training.augment.Mixup}, {@link org.resnet4j.training.augment.CutMix} and
 * {@link org.resnet4j.training.augment.LabelSmoothing}. Of uneven classes:
 * {@link org.resnet4j.training.augment.ClassBalance}. At prediction:
 * {@link org.resnet4j.training.augment.FlippedPrediction}.
 *
 * <p>torchvision's recipe of 2021 for ImageNet:
 * <pre>{@code
 * Augmentation.RANDOM_RESIZED_CROP.then(TrivialAugment.WIDE).then(new RandomErasing(0.1))
 * MixingChoice.of(new Mixup(0.2), new CutMix(1)).then(new LabelSmoothing(0.1))
 * }</pre>
 */
package org.resnet4j.training.augment;
