/**
 * Weights in files, and the saved model.
 *
 * <h2>The saved model</h2>
 * A folder of four files, written as one ({@link org.resnet4j.zoo.weights.AtomicFiles}); nothing in it is Java
 * serialisation:
 * <ul>
 *   <li>{@code configuration.json}: the network as Deeplearning4j's {@code ComputationGraphConfiguration.toJson()}
 *   <li>{@code weights.safetensors}: its parameters, float32, with notes (the model's name) as the file's metadata
 *   <li>{@code classes.txt}: UTF-8, the name of each of the network's outputs on a line, in their order
 *   <li>{@code preprocessing.json}: {@link org.resnet4j.zoo.image.Preprocessing}
 * </ul>
 *
 * <p>Or the same four as the entries of one zip, and no others.
 *
 * <h2>safetensors</h2>
 * The header's length (8 bytes, little-endian), the header (JSON, padded with spaces to a multiple of 8), then the
 * tensors' bytes, little-endian, row-major, without holes
 * (<a href="https://github.com/huggingface/safetensors">the format</a>). Tensor names and layouts are
 * {@link org.resnet4j.zoo.weights.ModelWeights}'.
 *
 * <p>Files are taken for hostile. What can't be used is refused with a
 * {@link org.resnet4j.zoo.weights.WeightsException} that says where, what, what was expected, found, and what to do;
 * nothing is changed then.
 */
package org.resnet4j.zoo.weights;
