package org.resnet4j.spark.data;

import java.util.function.Supplier;
import org.resnet4j.training.data.DataException;
import org.resnet4j.zoo.image.ImageException;

/**
 * An image as its file has it, which is read when it is asked for.
 *
 * @param path with scheme and host, or what a packed set or a table calls it
 * @param label its class; null if nobody says
 * @param content its bytes, such as JPEG's; throws {@link ImageException} if they can't be read however often that is
 *     tried, and {@link DataException} if the file system fails
 */
public record EncodedImage(String path, String label, Supplier<byte[]> content) { }
