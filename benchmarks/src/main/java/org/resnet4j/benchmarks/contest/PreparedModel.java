package org.resnet4j.benchmarks.contest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.resnet4j.benchmarks.worker.Job;
import org.resnet4j.benchmarks.worker.ModelFiles;
import org.resnet4j.benchmarks.worker.PrepareModel;
import org.resnet4j.benchmarks.worker.Variant;
import org.resnet4j.zoo.ResNets;

/**
 * A model whose files are there. They are made in processes apart: this one shall not hold memory or threads during
 * the contest.
 *
 * @param unquantized why there is no int8 file
 */
record PreparedModel(String name, InputTypeConvolutional image, ModelFiles files, Optional<String> unquantized) {
  /**
   * Makes the files.
   *
   * @param batches of the job
   * @param folder that takes a folder of the model's name, and logs
   * @param quantize whether int8 is needed
   * @throws ContestException if they can't be made, int8's apart
   */
  static PreparedModel prepare(String name, Job job, int[] batches, Path folder, Optional<PythonSide> quantize) {
    InputTypeConvolutional image = image(name);
    ModelFiles files = new ModelFiles(folder.resolve(name).toString());
    List<String> command = new ArrayList<>(List.of(Workers.java(), "-cp", System.getProperty("java.class.path"),
        PrepareModel.class.getName(), name, job.name(), files.folder()));
    IntStream.of(batches).mapToObj(String::valueOf).forEach(command::add);
    try {
      run(command, folder.resolve(name + ".log"));
    } catch (WorkerFailure e) {
      throw new ContestException(name + " couldn't be prepared: " + e.getMessage());
    }
    Optional<String> unquantized = Optional.empty();
    if (quantize.isPresent()) {
      try {
        quantize(quantize.get(), image, files, folder.resolve(name + "-int8.log"));
      } catch (WorkerFailure e) {
        unquantized = Optional.of("the model couldn't be quantised: " + e.getMessage());
      }
    }
    return new PreparedModel(name, image, files, unquantized);
  }

  private static InputTypeConvolutional image(String name) {
    return (InputTypeConvolutional) ResNets.named(name).build().inputType();
  }

  private static void quantize(PythonSide python, InputTypeConvolutional image, ModelFiles files, Path log)
      throws WorkerFailure {
    List<String> command = new ArrayList<>(python.command("quantize.py"));
    command.addAll(List.of(files.onnx().toString(), files.calibration().toString(),
        Stream.of(-1L, image.getChannels(), image.getHeight(), image.getWidth()).map(String::valueOf)
            .collect(Collectors.joining(","))));
    for (Variant variant : Contender.ONNXRUNTIME_INT8.variants()) {
      command.addAll(List.of(variant.label(), files.quantized(variant).toString()));
    }
    run(command, log);
  }

  private static void run(List<String> command, Path log) throws WorkerFailure {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(log.getParent().toFile())
          .redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
      Process process = builder.start();
      int code = process.waitFor();
      if (code != 0) {
        throw new WorkerFailure("exit code " + code + ", see " + log);
      }
    } catch (IOException e) {
      throw new WorkerFailure(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerFailure("the contest was interrupted");
    }
  }
}
