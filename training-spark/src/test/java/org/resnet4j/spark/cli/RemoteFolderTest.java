package org.resnet4j.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.cli.CommandException;
import org.resnet4j.training.cli.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** A run's folder on HDFS. */
class RemoteFolderTest {
  @TempDir
  private static Path temp;
  private static MiniDFSCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, temp.resolve("dfs").toString());
    cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  private static RemoteFolder open(String folder) throws IOException {
    return RemoteFolder.open(URI.create(cluster.getURI() + folder), cluster.getConfiguration(0));
  }

  private static Map<String, String> content(Path folder) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }

  @Test
  void whatIsWrittenHereIsFoundThereByTheNextProcess() throws IOException {
    Path first;
    try (RemoteFolder folder = open("/runs/one")) {
      first = folder.local();
      Files.createDirectories(first.resolve("checkpoints"));
      Files.writeString(first.resolve("checkpoints/checkpoint-1"), "a");
      Files.writeString(first.resolve("metrics.csv"), "1\n");
      folder.send();
      Files.writeString(first.resolve("checkpoints/checkpoint-2"), "b");
      Files.delete(first.resolve("checkpoints/checkpoint-1"));
      Files.writeString(first.resolve("metrics.csv"), "1\n2\n");
      folder.send();
    }
    assertFalse(Files.exists(first), "the copy is not kept");
    FileSystem files = cluster.getFileSystem();
    assertEquals(2, files.listStatus(new org.apache.hadoop.fs.Path("/runs/one")).length, "nothing half-written");
    try (RemoteFolder again = open("/runs/one")) {
      assertEquals(Map.of("checkpoints/checkpoint-2", "b", "metrics.csv", "1\n2\n"), content(again.local()));
    }
  }

  /** As a run with {@code --overwrite} does it: beside the old one, which goes when the new one is through. */
  @Test
  void aRunThatReplacesAnotherIsSentBesideIt() throws IOException {
    try (RemoteFolder folder = open("/runs/two")) {
      Files.createDirectories(folder.local());
      Files.writeString(folder.local().resolve("metrics.csv"), "old");
      folder.send();
    }
    try (RemoteFolder folder = open("/runs/two")) {
      Path fresh = Files.createDirectories(folder.local().resolveSibling(".two.new"));
      Files.writeString(fresh.resolve("metrics.csv"), "new");
      folder.send();
      try (RemoteFolder other = open("/runs/two")) {
        assertEquals("old", Files.readString(other.local().resolve("metrics.csv")));
        assertEquals("new", Files.readString(other.local().resolveSibling(".two.new").resolve("metrics.csv")));
      }
      Files.delete(folder.local().resolve("metrics.csv"));
      Files.delete(folder.local());
      Files.move(fresh, folder.local());
      folder.send();
    }
    try (RemoteFolder folder = open("/runs/two")) {
      assertEquals(Map.of("metrics.csv", "new"), content(folder.local()));
    }
    assertFalse(cluster.getFileSystem().exists(new org.apache.hadoop.fs.Path("/runs/.two.new")));
  }

  @Test
  void aFolderOfThisMachineIsUsedAsItIs() throws IOException {
    for (String address : new String[] {"file:" + temp.resolve("here"), temp.resolve("here").toString()}) {
      try (RemoteFolder folder = RemoteFolder.open(URI.create(address), new Configuration())) {
        assertEquals(temp.resolve("here"), folder.local());
        folder.send();
      }
    }
  }

  /** What {@code --weights} and {@code --model} are like. */
  private static final class Named {
    @Option(names = "--weights")
    private Path weights;

    @Option(names = "--model")
    private String model;
  }

  @Test
  void aModelThereIsFetchedForTheTimeOfACommand() throws IOException {
    FileSystem files = cluster.getFileSystem();
    for (String name : List.of("/models/one/weights.safetensors", "/models/two.h5")) {
      try (var out = files.create(new org.apache.hadoop.fs.Path(name))) {
        out.writeBytes(name);
      }
    }
    Named named = new Named();
    CommandLine command = new CommandLine(named);
    command.parseArgs("--weights", cluster.getURI() + "/models/one", "--model", cluster.getURI() + "/models/two.h5");
    try (RemoteModel remote = new RemoteModel(cluster.getConfiguration(0))) {
      remote.fetch(command.getCommandSpec());
      assertEquals(Map.of("weights.safetensors", "/models/one/weights.safetensors"), content(named.weights));
      assertEquals("/models/two.h5", Files.readString(Path.of(named.model)));
    }
    assertFalse(Files.exists(named.weights));
    command.parseArgs("--model", "cifar_resnet20", "--weights", cluster.getURI() + "/models/three");
    try (RemoteModel remote = new RemoteModel(cluster.getConfiguration(0))) {
      CommandException refused = assertThrows(CommandException.class, () -> remote.fetch(command.getCommandSpec()));
      assertEquals(ExitCode.BAD_MODEL, refused.exitCode());
      assertEquals("cifar_resnet20", named.model);
    }
  }
}
