package org.resnet4j.spark.data;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.VersionInfo;
import org.resnet4j.spark.cluster.Here;
import org.resnet4j.training.data.DataException;
import org.resnet4j.training.data.DataException.Kind;

/** A file system that doesn't hand something out, in a sentence: what it said, to whom, and what to do. */
final class Unreachable {
  private Unreachable() { }

  static DataException of(Path path, Exception e) {
    return new DataException(Kind.UNREADABLE, sentence(path, e), e);
  }

  private static String sentence(Path path, Exception e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    return path + ": cannot be reached from " + Here.name() + " (" + root.getClass().getSimpleName() + ": " + message
        + "); " + advice(path, root);
  }

  private static String advice(Path path, Throwable root) {
    if (root instanceof UnknownHostException) {
      return "no such host: check the address, or the cluster's names (core-site.xml, hdfs-site.xml).";
    }
    if (root instanceof ConnectException || root instanceof SocketTimeoutException) {
      return "is it up, is that its port, and does no firewall lie between?";
    }
    if (root instanceof ClassNotFoundException || root instanceof UnsupportedFileSystemException) {
      return "give what knows this kind of address to spark-submit, "
          + (String.valueOf(path.toUri().getScheme()).startsWith("s3")
              ? "--packages org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion() + ", and name it s3a://."
              : "by --packages or --jars.");
    }
    if (root instanceof AccessControlException || root instanceof AccessDeniedException) {
      return "let this user in, or take another path.";
    }
    return root instanceof FileNotFoundException ? "does every worker see it under this path?"
        : "is the address right, and may this user read and write there?";
  }
}
