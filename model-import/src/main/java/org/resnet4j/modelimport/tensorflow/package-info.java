/**
 * TensorFlow's checkpoints, and TF-slim's pre-activation ResNets within them.
 *
 * <p>{@link org.resnet4j.modelimport.tensorflow.Checkpoint} reads both formats under the file's own names;
 * {@link org.resnet4j.modelimport.tensorflow.SlimCheckpoint} recognises the net and gives its tensors canonical names.
 *
 * <p>Both formats are sorted tables in LevelDB's
 * <a href="https://github.com/google/leveldb/blob/main/doc/table_format.md">layout</a> of protocol-buffers messages. In
 * the older one (V1, {@code model.ckpt}) the table holds the values. In the newer one (V2) the table
 * ({@code model.ckpt.index}) says where in {@code model.ckpt.data-00000-of-00001} and its siblings the values lie. Each
 * block of a table and each tensor of the newer format carries a CRC-32C, and each is verified.
 *
 * <p>Files are taken for hostile: what can't be used is refused with a
 * {@link org.resnet4j.modelimport.ModelImportException}.
 */
package org.resnet4j.modelimport.tensorflow;
