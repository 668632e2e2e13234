package org.resnet4j.zoo.store;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on this machine that answers each request as told; the last answer repeats. */
final class FileServer implements AutoCloseable {
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  /** What was asked. */
  record Request(String path, Headers headers) {}

  final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  FileServer(Answer... answers) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> {
      requests.add(new Request(exchange.getRequestURI().toString(), exchange.getRequestHeaders()));
      try (exchange) {
        answers[Math.min(requests.size(), answers.length) - 1].give(exchange);
      }
    });
    server.start();
  }

  URI address(String path) {
    return URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":"
        + server.getAddress().getPort() + path);
  }

  /** The file, whole or its asked-for rest. */
  static Answer file(byte[] content, String tag) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int begin = 0;
      if (range != null && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
        begin = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders().set("Content-Range",
            "bytes " + begin + "-" + (content.length - 1) + "/" + content.length);
      }
      part(exchange, begin == 0 ? 200 : 206, content, tag, begin, content.length);
    };
  }

  /** Says that the file is whole, and breaks off. */
  static Answer brokenOff(byte[] content, String tag, int end) {
    return exchange -> part(exchange, 200, content, tag, 0, end);
  }

  private static void part(HttpExchange exchange, int status, byte[] content, String tag, int begin, int end)
      throws IOException {
    exchange.getResponseHeaders().set("ETag", tag);
    exchange.sendResponseHeaders(status, content.length - begin);
    exchange.getResponseBody().write(Arrays.copyOfRange(content, begin, end));
    exchange.getResponseBody().flush();
  }

  static Answer status(int status, String... header) {
    return exchange -> {
      if (header.length > 0) {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Sends the beginning and then nothing, or a byte now and then, until the server is closed. */
  static Answer silentAfter(byte[] content, int end, boolean drips) {
    return exchange -> {
      part(exchange, 200, content, "\"silent\"", 0, end);
      try {
        while (true) {
          TimeUnit.MILLISECONDS.sleep(50);
          if (drips) {
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
          }
        }
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
