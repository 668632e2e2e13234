/**
 * PyTorch's weights files, {@code .pth}, {@code .pt}, {@code .th}, {@code .pkl}, read without running what they say,
 * and the names that PyTorch's residual nets give their tensors.
 *
 * <p>{@code torch.save} pickles an object whose tensors name raw storages. Since 1.6 the file is a zip of stored
 * entries ({@code archive/data.pkl}, {@code archive/data/0}, ...); before, a stream of five pickles and then the storages. The
 * pickle is read by an interpreter of our own ({@link org.resnet4j.modelimport.pytorch.Unpickler}) that builds plain
 * values, classes being names; {@link org.resnet4j.modelimport.pytorch.StateDict} finds the tensors among them.
 */
package org.resnet4j.modelimport.pytorch;
