package org.resnet4j.zoo.store;

import static org.resnet4j.zoo.store.WeightStoreException.quote;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

/** Fetches one file into its {@link PartFile}: redirects, resumption, retries; nothing about the cache. */
final class Download {
  /** Fewer bytes than that within the stall time are a stall: a server may drip for ever. */
  static final int LEAST_PROGRESS = 1024;

  private static final int MOST_REDIRECTS = 5;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final StoreSettings settings;
  private final PublishedFile file;
  private final URI address;
  private final PartFile part;
  private final DownloadListener listener;
  private final HttpClient client;
  private Duration askedPause = Duration.ZERO;

  Download(StoreSettings settings, PublishedFile file, PartFile part, DownloadListener listener) {
    this.settings = settings;
    this.file = file;
    this.part = part;
    this.listener = listener;
    address = settings.mirror().map(file::under).orElse(file.address());
    client = HttpClient.newBuilder().connectTimeout(settings.connect()).version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER).build();
  }

  /** An answer with the file, or with its rest. */
  private record Answer(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response, long begin, long total) {}

  /** Returns when the part is whole and has the checksum. */
  void run() throws IOException, InterruptedException {
    // A process may have been killed just before it moved the part to its place.
    if (part.length() >= file.least() && part.length() <= file.most()
        && file.checksum().of(part.path()).equals(file.checksum().hex())) {
      return;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        boolean resumed = transfer();
        String found = file.checksum().of(part.path());
        if (found.equals(file.checksum().hex())) {
          return;
        }
        part.delete();
        WeightStoreException failure = new WeightStoreException(Reason.CHECKSUM_OF_DOWNLOAD, address,
            file.checksum().toString(), found);
        // Parts of two files may have met: one fetched in a single piece tells.
        if (!resumed || attempt == settings.attempts()) {
          throw failure;
        }
        pause(failure, Duration.ZERO);
      } catch (WeightStoreException failure) {
        if (!failure.reason().isPassing() || attempt == settings.attempts()) {
          throw failure;
        }
        pause(failure, settings.backOff().multipliedBy(1L << Math.min(attempt - 1, 20)));
      }
    }
  }

  private void pause(WeightStoreException failure, Duration backOff) throws InterruptedException {
    // A quarter at random, so that many clients of a server that failed don't come back as one.
    Duration jittered = backOff.plusMillis(ThreadLocalRandom.current().nextLong(backOff.toMillis() / 4 + 1));
    Duration wished = jittered.compareTo(askedPause) < 0 ? askedPause : jittered;
    Duration pause = wished.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wished;
    askedPause = Duration.ZERO;
    listener.retrying(failure, pause);
    Thread.sleep(pause.toMillis());
  }

  /** Whether it added to what an earlier attempt had left. */
  private boolean transfer() throws IOException, InterruptedException {
    Optional<String> validator = part.validator(address.toString());
    Answer answer = ask(validator);
    try (BodyReader body = new BodyReader(answer.response.body())) {
      URI from = withoutQuery(answer.response.uri());
      checkKind(from, answer.response);
      if (answer.total >= 0 && (answer.total < file.least() || answer.total > file.most())) {
        throw new WeightStoreException(Reason.LENGTH, from, expectedLength(), answer.total + " bytes");
      }
      checkSpace(Math.max(answer.total, file.least()) - answer.begin);
      try (FileChannel out = answer.begin > 0 ? part.goOn()
          : part.begin(address.toString(), validator(answer.response))) {
        listener.started(from, answer.begin, answer.total);
        receive(from, body, out, answer);
      }
      return answer.begin > 0;
    }
  }

  private String expectedLength() {
    return file.bytes() == 0 ? "at most " + file.most() + " bytes" : "some " + file.bytes() + " bytes";
  }

  private void checkSpace(long needed) throws IOException {
    long free = Files.getFileStore(part.path().getParent()).getUsableSpace();
    if (free < needed) {
      throw new WeightStoreException(Reason.NO_SPACE, part.path().getParent(), needed + " bytes", free + " bytes");
    }
  }

  private void receive(URI from, BodyReader body, FileChannel out, Answer answer)
      throws IOException, InterruptedException {
    long received = answer.begin;
    long mark = received;
    long deadline = System.nanoTime() + settings.stall().toNanos();
    while (true) {
      List<ByteBuffer> piece;
      try {
        piece = body.next(Duration.ofNanos(deadline - System.nanoTime()));
      } catch (BodyReader.StalledException e) {
        throw new WeightStoreException(Reason.STALLED, from, "more than " + LEAST_PROGRESS + " bytes in "
            + seconds(settings.stall()), (received - mark) + " bytes, after " + received, e);
      } catch (IOException e) {
        throw brokenOff(from, received, answer.total, e);
      }
      if (piece == null) {
        break;
      }
      for (ByteBuffer bytes : piece) {
        if (received == 0 && bytes.hasRemaining()) {
          checkFirst(from, bytes);
        }
        received += bytes.remaining();
        if (received > file.most()) {
          throw new WeightStoreException(Reason.LENGTH, from, expectedLength(), "more than " + file.most());
        }
        write(out, bytes);
      }
      listener.received(received, answer.total);
      if (received - mark >= LEAST_PROGRESS) {
        mark = received;
        deadline = System.nanoTime() + settings.stall().toNanos();
      }
    }
    if (received < (answer.total >= 0 ? answer.total : file.least())) {
      throw brokenOff(from, received, answer.total, null);
    }
    out.force(true);
  }

  private WeightStoreException brokenOff(URI from, long received, long total, IOException cause) {
    return new WeightStoreException(Reason.BROKEN_OFF, from, total >= 0 ? total + " bytes" : expectedLength(),
        received + " bytes", cause);
  }

  private void write(FileChannel out, ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      // No system says portably that its disk is full.
      checkSpace(length);
      throw e;
    }
  }

  /** No weights file begins with a "&lt;"; pages do, some after spaces or a byte order mark. */
  private static void checkFirst(URI from, ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      int first = bytes.get(i) & 0xff;
      if (first == '<') {
        throw notWeights(from, "\"<\" as its first character");
      }
      if (!Character.isWhitespace(first) && first != 0xef && first != 0xbb && first != 0xbf) {
        return;
      }
    }
  }

  private static void checkKind(URI from, HttpResponse<?> response) {
    String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
    if (type.startsWith("text/html") || type.startsWith("application/xhtml")) {
      throw notWeights(from, "content of type " + quote(type));
    }
    String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw new WeightStoreException(Reason.ANSWER, from, "the file's own bytes", "encoding " + quote(encoding));
    }
  }

  private static WeightStoreException notWeights(URI from, String found) {
    return new WeightStoreException(Reason.NOT_WEIGHTS, from, "a weights file", found);
  }

  /** Asks for the file, or its rest, and follows redirects. */
  private Answer ask(Optional<String> validator) throws IOException, InterruptedException {
    URI next = address;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      URI at = withoutQuery(next);
      HttpRequest.Builder request = HttpRequest.newBuilder(next).timeout(settings.stall())
          .header("User-Agent", "resnet4j").header("Accept-Encoding", "identity");
      long kept = part.length();
      validator.ifPresent(known -> request.header("Range", "bytes=" + kept + "-").header("If-Range", known));
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(at, request.build());
      boolean wanted = false;
      try {
        Optional<Answer> answer = answer(at, response, validator, kept);
        if (answer.isPresent()) {
          wanted = true;
          return answer.get();
        }
      } finally {
        if (!wanted) {
          new BodyReader(response.body()).close();
        }
      }
      next = redirected(next, response.headers().firstValue("Location").orElse(""));
    }
    throw new WeightStoreException(Reason.REDIRECT, address, "at most " + MOST_REDIRECTS + " redirects",
        "one more, to " + quote(withoutQuery(next).toString()));
  }

  /** For messages: the query of a redirect's address may be a key. */
  private static URI withoutQuery(URI address) {
    return address.getRawQuery() == null ? address : address.resolve(address.getRawPath());
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(URI at, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.ofPublisher());
    } catch (HttpConnectTimeoutException e) {
      throw new WeightStoreException(Reason.UNREACHABLE, at, "a connection within " + seconds(settings.connect()),
          "none", e);
    } catch (HttpTimeoutException e) {
      throw new WeightStoreException(Reason.STALLED, at, "an answer within " + seconds(settings.stall()), "none", e);
    } catch (ConnectException | SSLException e) {
      throw new WeightStoreException(Reason.UNREACHABLE, at, "a connection", described(e), e);
    } catch (IOException e) {
      throw new WeightStoreException(Reason.BROKEN_OFF, at, "an answer", described(e), e);
    }
  }

  private static String described(IOException e) {
    Throwable cause = e;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : quote(cause.getMessage());
  }

  /** Empty for a redirect. */
  private Optional<Answer> answer(URI at, HttpResponse<Flow.Publisher<List<ByteBuffer>>> response,
      Optional<String> validator, long kept) throws IOException {
    int status = response.statusCode();
    switch (status) {
      case 200:
        return Optional.of(new Answer(response, 0, response.headers().firstValueAsLong("Content-Length").orElse(-1)));
      case 206:
        return Optional.of(new Answer(response, kept, wholeLength(at, response, validator, kept)));
      case 301, 302, 303, 307, 308:
        return Optional.empty();
      case 404, 410:
        throw new WeightStoreException(Reason.NOT_FOUND, at, "status 200", "" + status);
      case 401, 403, 407, 451:
        throw new WeightStoreException(Reason.FORBIDDEN, at, "status 200", "" + status);
      case 408, 425, 429, 500, 502, 503, 504:
        askedPause = response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,6}"))
            .map(value -> Duration.ofSeconds(Long.parseLong(value))).orElse(Duration.ZERO);
        throw new WeightStoreException(Reason.BUSY, at, "status 200", "" + status);
      case 416:
        // The server's file is shorter than what is here.
        part.delete();
        throw new WeightStoreException(Reason.BROKEN_OFF, at, "the rest after " + kept + " bytes", "status 416");
      default:
        throw new WeightStoreException(Reason.ANSWER, at, "status 200", "" + status);
    }
  }

  /** Of the file whose rest this answer claims to hold. */
  private long wholeLength(URI at, HttpResponse<?> response, Optional<String> validator, long kept)
      throws IOException {
    String range = response.headers().firstValue("Content-Range").orElse("");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    boolean fits = validator.isPresent() && matcher.matches() && Long.parseLong(matcher.group(1)) == kept
        && Long.parseLong(matcher.group(2)) == Long.parseLong(matcher.group(3)) - 1;
    Optional<String> now = validator(response);
    if (!fits || now.isPresent() && !now.equals(validator)) {
      part.delete();
      throw new WeightStoreException(Reason.BROKEN_OFF, at, "the same file's rest after " + kept + " bytes",
          fits ? "another file's" : "range " + quote(range));
    }
    return Long.parseLong(matcher.group(3));
  }

  /** By which a server tells that a file is the same, byte for byte: a strong ETag, else the date. */
  private static Optional<String> validator(HttpResponse<?> response) {
    return response.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""))
        .or(() -> response.headers().firstValue("Last-Modified"))
        .filter(value -> value.chars().noneMatch(Character::isISOControl));
  }

  static URI redirected(URI from, String location) {
    URI to;
    try {
      to = from.resolve(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw new WeightStoreException(Reason.REDIRECT, withoutQuery(from), "an address to go to", quote(location), e);
    }
    boolean downgraded = "https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme());
    if (location.isEmpty() || !PublishedFile.isHttp(to) || downgraded || to.getUserInfo() != null) {
      throw new WeightStoreException(Reason.REDIRECT, withoutQuery(from),
          downgraded ? "an https address" : "an address to go to", quote(location.replaceFirst("\\?.*", "")));
    }
    return to;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }
}
