package org.resnet4j.zoo.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.zoo.store.FileServer.brokenOff;
import static org.resnet4j.zoo.store.FileServer.file;
import static org.resnet4j.zoo.store.FileServer.silentAfter;
import static org.resnet4j.zoo.store.FileServer.status;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

@Timeout(120)
class WeightStoreTest {
  private static final String NAME = "net-1.pth";
  private static final String TAG = "\"one\"";
  private static final byte[] CONTENT = new byte[300_000];
  private static final byte[] OTHER = new byte[CONTENT.length];

  static {
    new Random(1).nextBytes(CONTENT);
    new Random(2).nextBytes(OTHER);
    CONTENT[0] = 'P';
    OTHER[0] = 'P';
  }

  @TempDir
  Path temporary;

  private final List<String> heard = new CopyOnWriteArrayList<>();

  private final DownloadListener listener = new DownloadListener() {
    @Override
    public void waiting(Path file) {
      heard.add("waiting");
    }

    @Override
    public void started(URI from, long kept, long total) {
      heard.add("started " + kept + "/" + total);
    }

    @Override
    public void retrying(WeightStoreException failure, Duration pause) {
      heard.add("retrying " + failure.reason());
    }

    @Override
    public void finished(Path file) {
      heard.add("finished");
    }
  };

  private Path folder() {
    return temporary.resolve("cache");
  }

  /** With waits that a busy machine doesn't reach. */
  private StoreSettings settings() {
    return settings(3, Duration.ofSeconds(60));
  }

  private StoreSettings settings(int attempts, Duration stall) {
    return new StoreSettings(folder(), false, Optional.empty(), Duration.ofSeconds(60), stall, attempts,
        Duration.ofMillis(5), Duration.ofSeconds(60));
  }

  private static PublishedFile published(URI address) {
    return new PublishedFile(NAME, address, Checksum.sha256(sha256(CONTENT).substring(0, 8)), CONTENT.length);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path fetch(FileServer server) {
    return new WeightStore(settings()).fetch(published(server.address("/w/" + NAME)), listener);
  }

  private void fetches(FileServer.Answer... answers) throws IOException {
    try (FileServer server = new FileServer(answers)) {
      Path fetched = fetch(server);
      assertEquals(folder().resolve(NAME), fetched);
      assertArrayEquals(CONTENT, Files.readAllBytes(fetched));
      assertEquals(List.of("." + NAME + ".lock", NAME), entries());
    }
  }

  private WeightStoreException refuses(Reason reason, int requests, FileServer.Answer... answers)
      throws IOException {
    try (FileServer server = new FileServer(answers)) {
      WeightStoreException refused = assertThrows(WeightStoreException.class, () -> fetch(server));
      assertEquals(reason, refused.reason(), refused.getMessage());
      assertEquals(requests, server.requests.size(), heard.toString());
      assertFalse(Files.exists(folder().resolve(NAME)), "a file that isn't right must not become visible");
      return refused;
    }
  }

  private List<String> entries() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsFetchedOnceAndThenCached() throws IOException {
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      fetch(server);
      assertEquals(List.of("started 0/300000", "finished"), heard);
      assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server)));
      assertEquals(1, server.requests.size());
    }
  }

  @Test
  void aDownloadThatBreaksOffGoesOnWhereItStopped() throws IOException {
    try (FileServer server = new FileServer(brokenOff(CONTENT, TAG, 100_000), file(CONTENT, TAG))) {
      assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server)));
      String range = server.requests.get(1).headers().getFirst("Range");
      assertTrue(range.matches("bytes=[1-9]\\d*-"), range);
      assertEquals(TAG, server.requests.get(1).headers().getFirst("If-Range"));
      assertEquals("retrying BROKEN_OFF", heard.get(1));
      assertEquals("started " + range.replaceAll("\\D", "") + "/300000", heard.get(2));
    }
  }

  @Test
  void aDownloadGoesOnInALaterCall() throws IOException {
    WeightStore once = new WeightStore(settings(1, Duration.ofSeconds(60)));
    try (FileServer server = new FileServer(brokenOff(CONTENT, TAG, 100_000), file(CONTENT, TAG))) {
      PublishedFile file = published(server.address("/" + NAME));
      WeightStoreException refused = assertThrows(WeightStoreException.class, () -> once.fetch(file, listener));
      assertEquals(Reason.BROKEN_OFF, refused.reason());
      long kept = Files.size(folder().resolve("." + NAME + ".part"));
      assertTrue(kept > 0 && kept <= 100_000, "kept " + kept);
      assertArrayEquals(CONTENT, Files.readAllBytes(once.fetch(file, listener)));
      assertEquals(List.of("started 0/300000", "started " + kept + "/300000", "finished"), heard);
    }
  }

  @Test
  void whatAnotherAddressGaveIsNotGoneOnWith() throws IOException {
    refuses(Reason.BROKEN_OFF, 3, brokenOff(CONTENT, TAG, 100_000));
    // Another server has another port.
    fetches(file(CONTENT, TAG));
    assertEquals("started 0/300000", heard.get(heard.size() - 2));
  }

  @Test
  void aWholeDownloadThatWasNotMovedIsTaken() throws IOException {
    Files.createDirectories(folder());
    Files.write(folder().resolve("." + NAME + ".part"), CONTENT);
    try (FileServer server = new FileServer(status(404))) {
      assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server)));
      assertEquals(0, server.requests.size());
    }
  }

  @Test
  void aFileThatChangedMeanwhileIsFetchedAnew() throws IOException {
    try (FileServer server = new FileServer(brokenOff(OTHER, "\"old\"", 100_000), file(CONTENT, TAG))) {
      assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server)));
      assertEquals("\"old\"", server.requests.get(1).headers().getFirst("If-Range"));
      assertEquals("started 0/300000", heard.get(2));
    }
  }

  @Test
  void aServerThatMixesTwoFilesUnderOneTagIsFoundOut() throws IOException {
    fetches(brokenOff(OTHER, TAG, 100_000), file(CONTENT, TAG), file(CONTENT, TAG));
    assertTrue(heard.contains("retrying CHECKSUM_OF_DOWNLOAD"), heard.toString());
  }

  @Test
  void aRestWithAnotherTagOrRangeIsNotAdded() throws IOException {
    fetches(brokenOff(CONTENT, TAG, 100_000), exchange -> {
      exchange.getResponseHeaders().set("ETag", "\"two\"");
      exchange.getResponseHeaders().set("Content-Range", "bytes 0-299999/300000");
      exchange.sendResponseHeaders(206, CONTENT.length);
      exchange.getResponseBody().write(CONTENT);
    }, file(CONTENT, TAG));
    assertEquals("started 0/300000", heard.get(heard.size() - 2));
  }

  @Test
  void withoutAStrongTagNothingIsResumed() throws IOException {
    try (FileServer server = new FileServer(brokenOff(CONTENT, "W/\"weak\"", 100_000), file(CONTENT, TAG))) {
      assertArrayEquals(CONTENT, Files.readAllBytes(fetch(server)));
      assertNull(server.requests.get(1).headers().getFirst("Range"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void aBusyServerIsAskedAgain(int status) throws IOException {
    fetches(status(status), status(status, "Retry-After", "0"), file(CONTENT, TAG));
    assertEquals(List.of("retrying BUSY", "retrying BUSY"), heard.subList(0, 2));
  }

  @Test
  void theAttemptsAreBounded() throws IOException {
    refuses(Reason.BUSY, 3, status(503));
  }

  @ParameterizedTest
  @CsvSource({"404, NOT_FOUND", "410, NOT_FOUND", "403, FORBIDDEN", "401, FORBIDDEN", "418, ANSWER", "204, ANSWER"})
  void whatWontPassIsAskedOnce(int status, Reason reason) throws IOException {
    refuses(reason, 1, status(status));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatStallsOrDripsIsLeft(boolean drips) throws IOException {
    try (FileServer server = new FileServer(silentAfter(CONTENT, 5_000, drips), silentAfter(CONTENT, 0, drips))) {
      stalls(server.address("/" + NAME));
      assertTrue(server.requests.size() <= 2, "the attempts are bounded");
    }
  }

  private void stalls(URI address) {
    WeightStoreException refused = assertThrows(WeightStoreException.class,
        () -> new WeightStore(settings(2, Duration.ofMillis(700))).fetch(published(address), listener));
    assertEquals(Reason.STALLED, refused.reason(), refused.getMessage());
    assertTrue(heard.contains("retrying STALLED"), heard.toString());
    assertFalse(Files.exists(folder().resolve(NAME)));
  }

  @Test
  void aServerThatNeverAnswersIsLeft() throws IOException {
    try (ServerSocket silent = new ServerSocket(0)) {
      stalls(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/" + NAME));
    }
  }

  @Test
  void noServerIsSaidSo() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    PublishedFile file = published(URI.create("http://127.0.0.1:" + port + "/" + NAME));
    WeightStoreException refused =
        assertThrows(WeightStoreException.class, () -> new WeightStore(settings()).fetch(file));
    assertEquals(Reason.UNREACHABLE, refused.reason(), refused.getMessage());
    assertTrue(refused.getMessage().contains("RESNET4J_MIRROR"), refused.getMessage());
  }

  @Test
  void aRedirectIsFollowed() throws IOException {
    fetches(status(302, "Location", "/elsewhere/" + NAME + "?signed=1"), file(CONTENT, TAG));
  }

  @Test
  void aRedirectsQueryIsNotShown() throws IOException {
    WeightStoreException refused =
        refuses(Reason.NOT_FOUND, 2, status(302, "Location", "/elsewhere?signature=secret"), status(404));
    assertTrue(refused.getMessage().contains("/elsewhere "), refused.getMessage());
    assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
  }

  @Test
  void aLoopOfRedirectsEnds() throws IOException {
    refuses(Reason.REDIRECT, 6, status(307, "Location", "/again"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://host/file", "file:///etc/passwd", "http://user:word@host/", "a b", "http:///x"})
  void aRedirectToNowhereIsRefused(String location) throws IOException {
    refuses(Reason.REDIRECT, 1, status(302, "Location", location));
  }

  @Test
  void aRedirectNeverLeavesHttps() {
    URI https = URI.create("https://host/file");
    assertEquals(URI.create("https://other/file"), Download.redirected(https, "https://other/file"));
    WeightStoreException refused =
        assertThrows(WeightStoreException.class, () -> Download.redirected(https, "http://host/file"));
    assertEquals(Reason.REDIRECT, refused.reason());
    assertEquals(URI.create("https://host/file"),
        Download.redirected(URI.create("http://host/f"), "https://host/file"));
  }

  @Test
  void aLengthThatIsAnothersIsRefusedBeforeTheBody() throws IOException {
    refuses(Reason.LENGTH, 1, file(new byte[CONTENT.length * 2], TAG));
    refuses(Reason.LENGTH, 1, file(new byte[CONTENT.length / 2], TAG));
  }

  @Test
  void aLengthThatIsALittleShortGivesAnotherChecksum() throws IOException {
    refuses(Reason.CHECKSUM_OF_DOWNLOAD, 1, file(Arrays.copyOf(CONTENT, CONTENT.length - 1), TAG));
  }

  @Test
  void anEndlessBodyEnds() throws IOException {
    refuses(Reason.LENGTH, 1, exchange -> {
      exchange.sendResponseHeaders(200, 0);
      while (true) {
        exchange.getResponseBody().write(CONTENT);
      }
    });
  }

  @Test
  void aBodyWithoutLengthIsTaken() throws IOException {
    fetches(exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(CONTENT);
    });
  }

  @Test
  void wrongBytesAreThrownAway() throws IOException {
    WeightStoreException refused = refuses(Reason.CHECKSUM_OF_DOWNLOAD, 1, file(OTHER, TAG));
    assertTrue(refused.getMessage().contains(sha256(CONTENT).substring(0, 8)), refused.getMessage());
    assertTrue(refused.getMessage().contains(sha256(OTHER).substring(0, 8)), refused.getMessage());
    assertEquals(List.of("." + NAME + ".lock"), entries());
  }

  @ParameterizedTest
  @CsvSource({"text/html; charset=utf-8, true", "application/octet-stream, false", "application/xhtml+xml, true"})
  void aWebPageIsNotTakenForWeights(String type, boolean toldByType) throws IOException {
    byte[] page = new byte[CONTENT.length];
    Arrays.fill(page, (byte) ' ');
    byte[] text = (toldByType ? "log in" : "\uFEFF \r\n<!DOCTYPE html>").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, page, 0, text.length);
    WeightStoreException refused = refuses(Reason.NOT_WEIGHTS, 1, exchange -> {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, page.length);
      exchange.getResponseBody().write(page);
    });
    assertTrue(refused.getMessage().contains("web page"), refused.getMessage());
  }

  @Test
  void aPackedBodyIsRefused() throws IOException {
    refuses(Reason.ANSWER, 1, exchange -> {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(200, CONTENT.length);
      exchange.getResponseBody().write(CONTENT);
    });
  }

  @Test
  void aCachedFileOfOtherContentIsLeftAsItIs() throws IOException {
    Files.createDirectories(folder());
    Files.write(folder().resolve(NAME), OTHER);
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      WeightStoreException refused = assertThrows(WeightStoreException.class, () -> fetch(server));
      assertEquals(Reason.CHECKSUM_OF_FILE, refused.reason(), refused.getMessage());
      assertArrayEquals(OTHER, Files.readAllBytes(folder().resolve(NAME)));
      assertEquals(0, server.requests.size());
    }
  }

  @Test
  void offlineOnlyTheCacheIsUsed() throws IOException {
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      WeightStore offline = new WeightStore(settings().withOffline(true));
      PublishedFile file = published(server.address("/" + NAME));
      WeightStoreException refused = assertThrows(WeightStoreException.class, () -> offline.fetch(file));
      assertEquals(Reason.OFFLINE, refused.reason());
      assertFalse(Files.exists(folder()), "nothing is written offline");
      Files.createDirectories(folder());
      Files.write(folder().resolve(NAME), CONTENT);
      assertEquals(folder().resolve(NAME), offline.fetch(file));
      assertEquals(0, server.requests.size());
    }
  }

  @Test
  void aMirrorIsAskedInPlaceOfThePublisher() throws IOException {
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      StoreSettings s = settings();
      StoreSettings mirrored = new StoreSettings(s.folder(), false, Optional.of(server.address("/mirror")),
          s.connect(), s.stall(), 1, s.backOff(), s.lockWait());
      new WeightStore(mirrored).fetch(published(URI.create("https://nowhere.invalid/deep/" + NAME)));
      assertEquals("/mirror/" + NAME, server.requests.get(0).path());
    }
  }

  @Test
  void aFolderThatCantBeMadeIsSaidSo() throws IOException {
    Files.writeString(folder(), "a file");
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      WeightStoreException refused = assertThrows(WeightStoreException.class, () -> fetch(server));
      assertEquals(Reason.FOLDER, refused.reason(), refused.getMessage());
      assertEquals(0, server.requests.size());
    }
  }

  @Test
  void aDiskThatIsTooSmallIsSaidBeforeTheFirstByte() throws IOException {
    long huge = 1L << 55;
    try (FileServer server = new FileServer(exchange -> exchange.sendResponseHeaders(200, huge))) {
      PublishedFile file = new PublishedFile(NAME, server.address("/" + NAME), Checksum.sha256("00000000"), huge);
      WeightStoreException refused =
          assertThrows(WeightStoreException.class, () -> new WeightStore(settings()).fetch(file));
      assertEquals(Reason.NO_SPACE, refused.reason(), refused.getMessage());
    }
  }

  @Test
  void manyThreadsFetchOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (FileServer server = new FileServer(exchange -> {
      begun.countDown();
      file(CONTENT, TAG).give(exchange);
    })) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Future<Path>> fetched = Stream.generate(() -> threads.submit(() -> fetch(server))).limit(4).toList();
        for (Future<Path> one : fetched) {
          assertArrayEquals(CONTENT, Files.readAllBytes(one.get()));
        }
        assertEquals(1, server.requests.size());
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void anotherProcessIsWaitedFor() throws Exception {
    Files.createDirectories(folder());
    Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), LockingProcess.class.getName(),
        folder().resolve("." + NAME + ".lock").toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (FileServer server = new FileServer(file(CONTENT, TAG))) {
      assertEquals('t', other.getInputStream().read());
      StoreSettings s = settings();
      StoreSettings impatient = new StoreSettings(s.folder(), false, s.mirror(), s.connect(), s.stall(), 1,
          s.backOff(), Duration.ofMillis(200));
      WeightStoreException refused = assertThrows(WeightStoreException.class,
          () -> new WeightStore(impatient).fetch(published(server.address("/")), listener));
      assertEquals(Reason.LOCKED, refused.reason(), refused.getMessage());
      assertEquals(List.of("waiting"), heard);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        Future<Path> patient = thread.submit(() -> fetch(server));
        while (heard.size() < 2) {
          Thread.sleep(10);
        }
        assertFalse(patient.isDone());
        other.getOutputStream().close();
        assertArrayEquals(CONTENT, Files.readAllBytes(patient.get()));
      } finally {
        thread.shutdownNow();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void anInterruptionEndsIt() throws IOException {
    try (FileServer server = new FileServer(silentAfter(CONTENT, 5_000, false))) {
      Thread caller = Thread.currentThread();
      DownloadListener interrupting = new DownloadListener() {
        @Override
        public void started(URI from, long kept, long total) {
          caller.interrupt();
        }
      };
      WeightStoreException refused = assertThrows(WeightStoreException.class,
          () -> new WeightStore(settings()).fetch(published(server.address("/")), interrupting));
      assertEquals(Reason.INTERRUPTED, refused.reason());
      assertTrue(Thread.interrupted(), "the caller must still learn of it");
    }
  }

  @Test
  void aNamedFileIsChecked() throws IOException {
    Path local = Files.write(temporary.resolve("mine"), CONTENT);
    PublishedFile file = published(URI.create("https://nowhere.invalid/x"));
    assertEquals(local, WeightStore.check(file, local));
    Files.write(local, OTHER);
    assertEquals(Reason.CHECKSUM_OF_FILE,
        assertThrows(WeightStoreException.class, () -> WeightStore.check(file, local)).reason());
    assertEquals(Reason.FILE,
        assertThrows(WeightStoreException.class, () -> WeightStore.check(file, temporary)).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", ".hidden", "a/b", "a\\b", "a\nb"})
  void aFilesNameCantLeaveTheFolder(String name) {
    URI address = URI.create("https://host/x");
    assertThrows(IllegalArgumentException.class,
        () -> new PublishedFile(name, address, Checksum.sha256("00000000"), 0));
  }
}
