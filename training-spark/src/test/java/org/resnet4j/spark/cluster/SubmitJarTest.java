package org.resnet4j.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.resnet4j.testdata.cluster.Built;
import org.resnet4j.testdata.cluster.SparkHome;

/** What is in the jar for {@code spark-submit}, and what isn't. */
@Tag("cluster")
class SubmitJarTest {
  /** Libraries that no Spark, with Hive or without, brings; all others are in {@code org.resnet4j.shaded}. */
  private static final List<String> OURS = List.of("org/resnet4j/", "org/nd4j/", "org/deeplearning4j/",
      "org/eclipse/deeplearning4j/", "org/datavec/", "org/bytedeco/", "org/tensorflow/", "tensorflow/", "onnx/",
      "com/twelvemonkeys/", "io/jhdf/", "org/knowm/", "picocli/", "me/tongfei/", "com/jakewharton/", "net/ericaro/");
  private static final String SERVICES = "META-INF/services/";
  private static final long MOST_BYTES = 220_000_000;

  private JarFile jar;
  private Set<String> names;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(Built.jar().toFile());
    names = names(Built.jar());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void noClassIsOneOfSparks() throws IOException {
    Set<String> both = new TreeSet<>();
    for (Path spark : SparkHome.jars()) {
      names(spark).stream().filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .filter(names::contains).forEach(both::add);
    }
    assertEquals(Set.of(), both);
  }

  @Test
  void whatOtherDistributionsMayBringHasAnotherName() {
    assertEquals(Set.of(), those(name -> name.endsWith(".class") && OURS.stream().noneMatch(name::startsWith)));
    assertTrue(names.contains("org/resnet4j/shaded/jackson/databind/ObjectMapper.class"));
    assertTrue(names.contains("org/resnet4j/shaded/google/protobuf/Message.class"));
  }

  @Test
  void sparkLogs() {
    assertEquals(Set.of(), those(name -> name.startsWith("org/slf4j/") || name.startsWith("ch/qos/logback/")
        || name.startsWith(SERVICES + "org.slf4j.")));
  }

  @Test
  void nothingIsSignedAndNothingIsAModule() {
    assertEquals(Set.of(), those(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)|.*module-info\\.class")));
  }

  @Test
  void servicesNameClassesThatAreThere() throws IOException {
    Set<String> services = those(name -> name.startsWith(SERVICES) && !name.endsWith("/")
        && name.indexOf('/', SERVICES.length()) < 0);
    assertTrue(services.contains(SERVICES + "org.nd4j.linalg.factory.Nd4jBackend"), services.toString());
    assertTrue(services.contains(SERVICES + "javax.imageio.spi.ImageReaderSpi"), services.toString());
    for (String service : services) {
      String content = new String(jar.getInputStream(new ZipEntry(service)).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : content.lines().map(text -> text.replaceFirst("#.*", "").strip()).toList()) {
        assertTrue(line.isEmpty() || names.contains(line.replace('.', '/') + ".class"), service + ": " + line);
      }
    }
  }

  @Test
  void nativesAreOfOneSystemAndAllThatIsNeeded() throws IOException {
    String platform = Built.property("natives.platform");
    Set<String> natives = those(name -> name.matches(".*\\.(so|dll|dylib|jnilib)(\\.\\d+)*"));
    assertEquals(Set.of(), natives.stream().filter(name -> !name.contains("/" + platform)).collect(Collectors.toSet()));
    for (String library : List.of("nd4jcpu", "jnidnnl", "jniopenblas", "jniopencv_imgcodecs", "jnijavacpp")) {
      assertTrue(natives.stream().anyMatch(name -> name.contains(library)), library + " is missing: " + natives);
    }
    assertEquals(platform, jar.getManifest().getMainAttributes().getValue("Natives-Platform"));
    assertTrue(Built.jar().toFile().length() < MOST_BYTES, Built.jar().toFile().length() + " bytes");
  }

  private Set<String> those(Predicate<String> wanted) {
    return names.stream().filter(wanted).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(ZipEntry::getName).collect(Collectors.toCollection(HashSet::new));
    }
  }
}
