package org.resnet4j.spark.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;
import java.util.jar.Manifest;
import org.bytedeco.javacpp.Loader;

/** The natives that come with the program's jar. */
public final class JarNatives {
  private JarNatives() {}

  /** The platform that the jar's manifest tells; this machine's where the program isn't run from one jar. */
  public static String platform() {
    try {
      Enumeration<URL> manifests = JarNatives.class.getClassLoader().getResources("META-INF/MANIFEST.MF");
      while (manifests.hasMoreElements()) {
        try (InputStream in = manifests.nextElement().openStream()) {
          String natives = new Manifest(in).getMainAttributes().getValue("Natives-Platform");
          if (natives != null) {
            return natives;
          }
        }
      }
    } catch (IOException e) {
      // What can't be read can't be told; the sentence that needs it is about other machines.
    }
    return Loader.getPlatform();
  }
}
