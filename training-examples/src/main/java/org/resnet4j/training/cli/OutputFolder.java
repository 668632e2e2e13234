package org.resnet4j.training.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.resnet4j.training.report.Report;
import org.resnet4j.zoo.weights.SavedModel;

/**
 * The folder that a run writes into. A fresh one is written in place, so that a killed run leaves its best model; one
 * that replaces an earlier run is written beside it and takes its place at the end, so that a good model is there at
 * any moment.
 */
final class OutputFolder {
  /** Written epoch by epoch. */
  static final String METRICS = "metrics.csv";

  /** From which a run goes on. */
  static final String CHECKPOINTS = "checkpoints";
  /** As it was run, in full. */
  static final String RECIPE = "recipe.yaml";

  private static final Set<String> OURS = Set.of(SavedModel.CONFIGURATION, SavedModel.WEIGHTS, SavedModel.CLASSES,
      SavedModel.PREPROCESSING, METRICS, CHECKPOINTS, RECIPE, RunRecord.FILE, Report.CURVES, Report.CONFUSION_MATRIX,
      Report.PAGE);
  private static final Pattern NUMBERED = Pattern.compile("checkpoint-\\d+\\.safetensors|events\\.out\\.tfevents\\..*");
  /** What a killed run may leave: a save that was not through, a file on its way. */
  private static final Pattern LEFTOVER = Pattern.compile("\\.sav(ed|ing-\\w+)|\\..*-\\w+\\.tmp");

  private final Path target;
  private final Path work;

  private OutputFolder(Path target, Path work) {
    this.target = target;
    this.work = work;
  }

  /**
   * Makes sure that the folder may be written, and that nothing of the user's is in it. Changes nothing.
   *
   * @param resume whether a run that is there goes on: the one that replaces an earlier one first of all
   * @throws CommandException if it holds anything but an earlier run, or an earlier run that is neither to be replaced
   *     nor to go on
   */
  static OutputFolder prepare(Path out, boolean overwrite, boolean resume) throws IOException {
    Path target = out.toAbsolutePath().normalize();
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + " is a file; name a folder.");
    }
    if (Files.notExists(target) || names(target).isEmpty()) {
      return new OutputFolder(target, target);
    }
    Set<String> foreign = names(target);
    foreign.removeIf(OutputFolder::ours);
    if (!foreign.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + " holds something else (" + foreign.iterator().next()
          + "); name a new or empty folder.");
    }
    Path work = target.resolveSibling("." + target.getFileName() + ".new");
    if (resume && Files.exists(work.resolve(RunRecord.FILE))) {
      return new OutputFolder(target, work);
    }
    if (resume && Files.exists(target.resolve(RunRecord.FILE))
        || names(target).stream().noneMatch(OutputFolder::worthKeeping)) {
      return new OutputFolder(target, target); // else a run that ended before its first model
    }
    if (resume && !overwrite) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + " holds an earlier run that can't be resumed, for it"
          + " has no " + RunRecord.FILE + "; name another folder, or pass --overwrite to replace it.");
    }
    if (!overwrite) {
      throw new CommandException(ExitCode.USAGE, "--out " + out + " holds an earlier run; name another folder, or pass"
          + " --resume to go on with it, or --overwrite to replace it when the new run is through.");
    }
    if (Files.isDirectory(work) && names(work).stream().anyMatch(OutputFolder::worthKeeping)) {
      throw new CommandException(ExitCode.USAGE, work + " holds a run that was stopped; go on with it by --resume, or"
          + " delete it.");
    }
    return new OutputFolder(target, work);
  }

  /** Makes the folder to write into, once images and network are found good. */
  void create() throws IOException {
    if (!work.equals(target)) {
      delete(work);
    }
    Files.createDirectories(work);
  }

  /** Where to write during the run. */
  Path work() {
    return work;
  }

  /** Where the run's files are once it is {@link #publish published}. */
  Path target() {
    return target;
  }

  /** Puts the run in its place; an earlier run goes only when the new one is there. */
  void publish() throws IOException {
    if (work.equals(target)) {
      return;
    }
    Path old = target.resolveSibling("." + target.getFileName() + ".old");
    delete(old);
    Files.move(target, old);
    Files.move(work, target);
    delete(old);
  }

  /** Gives up a run that came to nothing; an earlier one stays. */
  void discard() throws IOException {
    if (!work.equals(target)) {
      delete(work);
    }
  }

  private static boolean worthKeeping(String name) {
    return name.equals(SavedModel.WEIGHTS) || name.equals(".saved") || name.equals(CHECKPOINTS);
  }

  private static boolean ours(String name) {
    return OURS.contains(name) || NUMBERED.matcher(name).matches() || LEFTOVER.matcher(name).matches();
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Set<String> names = new TreeSet<>();
      files.forEach(f -> names.add(f.getFileName().toString()));
      return names;
    }
  }

  /** Deletes a folder of this class's making, and nothing that is not. */
  private static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    for (String name : names(folder)) {
      if (!ours(name)) {
        throw new CommandException(ExitCode.USAGE, folder + " is in the way and holds " + name + "; move it away.");
      }
      if (Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        delete(folder.resolve(name));
      } else {
        Files.delete(folder.resolve(name));
      }
    }
    Files.delete(folder);
  }
}
