package org.resnet4j.training.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.resnet4j.engine.FastComputationGraph;
import org.resnet4j.engine.OneDnn;
import org.resnet4j.training.board.DashBoard.Reach;
import org.resnet4j.training.board.DashBoardException.Kind;
import org.resnet4j.zoo.ResNets;
import org.slf4j.LoggerFactory;

class DashBoardTest {
  private static final int STEPS = 4;
  private final HttpClient browser = HttpClient.newHttpClient();

  @Test
  void showsTheStepsThatTheEngineTrains() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger engine = (Logger) LoggerFactory.getLogger("org.resnet4j.engine");
    engine.addAppender(log);
    URI address;
    try (DashBoard board = DashBoard.start(0, Reach.LOOPBACK)) {
      address = board.address();
      FastComputationGraph net = OneDnn.wrap(
          ResNets.named("cifar_resnet8").numClasses(3).inputShape(3, 32, 32).seed(1).build().init());
      net.setListeners(board.listener("run-1", 1));
      train(net);
      assertEquals(List.of(), log.list, "DL4J would train instead, and say so");
      net.close();

      String page = get(address.resolve("/train/overview"));
      assertTrue(page.contains("Deeplearning4j") || page.contains("DL4J"), page);
      for (String name : List.of("overview", "model", "system")) {
        scriptsAreAnswered(address, get(address.resolve("/train/" + name)));
      }
      assertTrue(get(address.resolve("/train/sessions/info")).contains("run-1"));
      assertEquals(STEPS, overview(address).get("scores").size());
      assertFalse(overview(address).get("updateRatios").isEmpty());
      assertTrue(get(address.resolve("/train/model/graph")).contains("stage1_block1_conv1"));
      onlyLoopbackAnswers(address.getPort());
    } finally {
      engine.detachAppender(log);
    }
    assertThrows(ConnectException.class, () -> get(address));
    try (DashBoard again = DashBoard.start(address.getPort(), Reach.LOOPBACK)) {
      assertEquals(address, again.address());
    }
  }

  /** A browser draws nothing while it waits for one. */
  private void scriptsAreAnswered(URI address, String page) throws Exception {
    Set<String> found = new HashSet<>();
    for (Matcher script = Pattern.compile("src=\"(/assets/[^\"]*)\"").matcher(page); script.find(); ) {
      HttpRequest request =
          HttpRequest.newBuilder(address.resolve(script.group(1))).timeout(Duration.ofSeconds(10)).build();
      if (browser.send(request, BodyHandlers.discarding()).statusCode() == 200) {
        found.add(script.group(1).replaceAll(".*/", ""));
      }
    }
    assertTrue(found.containsAll(Set.of("train.js", "jquery.flot.js", "jquery.min.js", "coreui.min.js",
        "bootstrap.min.js", "popper.min.js")), found.toString());
    assertEquals(page.contains("cytoscape"), found.containsAll(Set.of("cytoscape.min.js", "dagre.min.js")));
  }

  private static void train(ComputationGraph net) {
    Nd4j.getRandom().setSeed(1);
    for (int step = 0; step < STEPS; step++) {
      net.fit(new DataSet(Nd4j.rand(DataType.FLOAT, 4, 3, 32, 32), Nd4j.eye(3).castTo(DataType.FLOAT)
          .get(NDArrayIndex.indices(0, 1, 2, 0))));
    }
  }

  /** The page takes reports in a thread of its own. */
  private JsonNode overview(URI address) throws Exception {
    JsonNode data = null;
    for (int i = 0; i < 100; i++) {
      data = new ObjectMapper().readTree(get(address.resolve("/train/overview/data")));
      if (data.path("scores").size() == STEPS) {
        break;
      }
      Thread.sleep(50);
    }
    return data;
  }

  private static void onlyLoopbackAnswers(int port) throws IOException {
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : network.inetAddresses().filter(a -> !a.isLoopbackAddress()).toList()) {
        try (Socket socket = new Socket()) {
          assertThrows(IOException.class, () -> socket.connect(new InetSocketAddress(address, port), 500),
              address.toString());
        }
      }
    }
  }

  @Test
  void takenPortIsToldInASentence() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      DashBoardException taken = assertThrows(DashBoardException.class,
          () -> DashBoard.start(other.getLocalPort(), Reach.LOOPBACK).close());
      assertEquals(Kind.PORT_TAKEN, taken.kind());
      assertTrue(taken.getMessage().startsWith("Port " + other.getLocalPort() + " is taken"), taken.getMessage());
    }
    try (DashBoard board = DashBoard.start(0, Reach.EVERYONE)) {
      assertEquals("localhost", board.address().getHost());
      DashBoardException second = assertThrows(DashBoardException.class,
          () -> DashBoard.start(0, Reach.LOOPBACK).close());
      assertEquals(Kind.RUNNING, second.kind());
    }
    assertThrows(IllegalArgumentException.class, () -> DashBoard.start(70_000, Reach.LOOPBACK).close());
  }

  /** As the launcher starts without the profile. */
  @Test
  void withoutItsLibrariesASentenceSaysWhatToAdd() throws Exception {
    String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("vertx") && !entry.contains("ui-model"))
        .collect(Collectors.joining(File.pathSeparator));
    Process bare = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        classPath, Bare.class.getName()).redirectErrorStream(true).start();
    String said = new String(bare.getInputStream().readAllBytes());
    assertEquals(0, bare.waitFor(), said);
    assertTrue(said.contains("MISSING Deeplearning4j's page is not on the class path"), said);
    assertTrue(said.contains("org.resnet4j:training-ui"), said);
  }

  static final class Bare {
    private Bare() {}

    public static void main(String[] arguments) {
      try {
        DashBoard.start(0, Reach.LOOPBACK).close();
      } catch (DashBoardException e) {
        System.out.println(e.kind() + " " + e.getMessage());
      }
    }
  }

  private String get(URI address) throws IOException, InterruptedException {
    HttpResponse<String> response = browser.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), address.toString());
    return response.body();
  }
}
