package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.resnet4j.modelimport.ImportedModel;
import org.resnet4j.modelimport.graph.LayerMapping;
import org.resnet4j.training.cli.ModelSource.Loaded;
import org.resnet4j.zoo.weights.SavedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code import}: a Keras model as a saved folder, and what became of each of its layers. */
@Command(name = "import", description = "Turn a Keras model into a saved folder; shows what became of each layer.")
final class ImportCommand implements Callable<Integer> {
  @Mixin
  private KerasSource source;

  @Mixin
  private ImageRule rule;

  @Option(names = "--out", paramLabel = "FOLDER",
      description = "Save the network there, for finetune, predict, evaluate and ImageClassifier; new or empty.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace an earlier model in --out.")
  private boolean overwrite;

  @ParentCommand
  private Main main;

  @Override
  public Integer call() throws IOException {
    OutputFolder folder = out == null ? null : OutputFolder.prepare(out, overwrite, false);
    main.startBackend();
    ImportedModel model = source.load(main.err());
    main.out().println(model.origin());
    main.out().println();
    print(model.layers());
    if (!model.notes().isEmpty()) {
      main.out().println();
      model.notes().forEach(note -> main.out().println("Note: " + Printable.of(note)));
    }
    if (folder != null) {
      save(model, folder);
    }
    return ExitCode.OK.code();
  }

  private void save(ImportedModel model, OutputFolder folder) throws IOException {
    ComputationGraph graph = KerasSource.classifier(model, source.file, main.err());
    KerasPixels pixels = KerasPixels.of(model, rule, source.file);
    pixels.reason().ifPresent(reason -> main.err().println(Printable.of(reason)));
    List<String> classes = rule.classes(Loaded.outputs(graph));
    folder.create();
    new SavedModel(graph, classes, pixels.preprocessing(),
        Loaded.notes(Optional.empty(), classes, pixels.preprocessing())).save(folder.work());
    folder.publish();
    main.out().println();
    main.out().println("Saved: " + folder.target());
  }

  private void print(List<LayerMapping> layers) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"Keras layer", "class", "vertices", "DL4J layer", "output", "parameters"});
    for (LayerMapping layer : layers) {
      rows.add(new String[] {layer.layer(), layer.className(), String.join(", ", layer.vertices()), layer.layerClass(),
          layer.shape().toString(), String.format("%,d", layer.parameters())});
    }
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = Printable.of(row[i]);
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length - 1; i++) {
        line.append(String.format("%-" + widths[i] + "s  ", row[i]));
      }
      main.out().println(line.append(String.format("%" + widths[row.length - 1] + "s", row[row.length - 1])));
    }
  }
}
