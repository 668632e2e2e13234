package org.resnet4j.spark.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.Dataset;
import org.resnet4j.training.data.DatasetOptions;
import org.resnet4j.training.data.Datasets;

/** A name node and a data node in this process. */
class HdfsTest {
  private static final DatasetOptions OPTIONS = DatasetOptions.standard().withThreads(2);

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

  private static Dataset open(String folder) {
    return HadoopDatasets.open(URI.create(cluster.getURI() + folder), OPTIONS, cluster.getConfiguration(0));
  }

  @Test
  void aFolderGivesWhatItGivesOnOneMachine() throws IOException {
    Path data = temp.resolve("photos");
    Drawn.fill(data.resolve("cat"), 0, 12);
    Drawn.fill(data.resolve("cat/more"), 20, 4);
    Drawn.fill(data.resolve("cat-like"), 30, 12);
    Drawn.write(data.resolve("cat/cut.png"), Arrays.copyOf(Drawn.encoded(50, "png"), 200));
    FileSystem files = cluster.getFileSystem();
    files.copyFromLocalFile(new org.apache.hadoop.fs.Path(data.toUri()), new org.apache.hadoop.fs.Path("/photos"));
    Dataset here = Datasets.open(data.toString(), OPTIONS);
    Dataset there = open("/photos");
    assertEquals(here.fingerprint(), there.fingerprint());
    assertEquals(cluster.getURI() + "/photos/cat/cut.png", there.bad().get(0).file());
    assertEquals(here.train().size(), there.train().size());
    for (int i = 0; i < here.train().size(); i++) {
      assertEquals(cluster.getURI() + here.train().name(i).substring(temp.toString().length()), there.train().name(i));
    }
    assertArrayEquals(HadoopDatasetsTest.pixels(here.train().image(0)),
        HadoopDatasetsTest.pixels(there.train().image(0)));
    try (SparkSession spark = PackingTest.session()) {
      Packing packing = new Packing(spark, new Packing.Options(at("/photos"), at("/new/packed"), 8000, 1,
          Packing.Format.SEQUENCE));
      assertEquals(28, packing.run(images -> { }, done -> { }).images());
      assertEquals(Optional.of("holds a packed set; name a new folder"), packing.objection());
    }
    Dataset packed = open("/new/packed");
    assertEquals(here.validation().size(), packed.validation().size());
    Path first = data.resolve(packed.train().name(0));
    assertArrayEquals(HadoopDatasetsTest.pixels(Datasets.decoder().decode(first)),
        HadoopDatasetsTest.pixels(packed.train().image(0)));
  }

  private static org.apache.hadoop.fs.Path at(String path) {
    return new org.apache.hadoop.fs.Path(cluster.getURI() + path);
  }

  @Test
  void whatIsNotThereOrForOthersIsNamed() throws Exception {
    assertTrue(assertThrows(DataException.class, () -> open("/none")).getMessage().contains("/none: no such folder"));
    FileSystem files = cluster.getFileSystem();
    files.mkdirs(new org.apache.hadoop.fs.Path("/secret/data"));
    files.setPermission(new org.apache.hadoop.fs.Path("/secret"), new FsPermission("700"));
    UserGroupInformation.createRemoteUser("guest").doAs((java.security.PrivilegedExceptionAction<Void>) () -> {
      DataException refused = assertThrows(DataException.class, () -> open("/secret/data"));
      assertTrue(refused.getMessage().contains("/secret/data: cannot be reached"), refused.getMessage());
      assertTrue(refused.getMessage().contains("Permission denied: user=guest"), refused.getMessage());
      return null;
    });
  }
}
