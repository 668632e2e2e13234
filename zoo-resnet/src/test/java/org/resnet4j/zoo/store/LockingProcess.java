package org.resnet4j.zoo.store;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Another process that holds a file's lock until its input ends. */
final class LockingProcess {
  private LockingProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE,
        StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
      System.out.println(lock.isValid());
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }
}
