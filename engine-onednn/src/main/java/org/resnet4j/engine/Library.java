package org.resnet4j.engine;

/**
 * What the engine computes with in this process.
 *
 * @param version of oneDNN, e.g. {@code 3.11.0}
 * @param instructions the newest set that its kernels use here, by oneDNN's name, e.g. {@code avx512_core_amx}
 * @param fastBfloat16 whether they have bfloat16, so that {@link Precision#AUTO} takes it
 */
public record Library(String version, String instructions, boolean fastBfloat16) {}
