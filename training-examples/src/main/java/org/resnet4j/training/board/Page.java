package org.resnet4j.training.board;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.resnet4j.training.board.DashBoardException.Kind;

/** The server with what it shows. Nothing but {@link DashBoard} names it: it doesn't load without the libraries. */
final class Page implements DashBoard {
  private final Vertx vertx;
  private final PageServer server;
  private final InMemoryStatsStorage shown = new InMemoryStatsStorage();

  private Page(Vertx vertx, PageServer server) {
    this.vertx = vertx;
    this.server = server;
    server.attach(shown);
  }

  static DashBoard start(int port, Reach reach) {
    VertxUIServer running = VertxUIServer.getInstance();
    if (running != null && !running.isStopped()) {
      throw new DashBoardException(Kind.RUNNING,
          "Deeplearning4j's page is shown already, at " + running.getAddress() + ": close it first.", null);
    }
    Vertx vertx = Vertx.vertx();
    PageServer server = new PageServer(reach.host(), port);
    CompletableFuture<String> started = new CompletableFuture<>();
    vertx.deployVerticle(server, settling(started));
    try {
      started.join();
    } catch (CompletionException e) {
      server.failed();
      stop(vertx);
      throw failure(port, e.getCause());
    }
    return new Page(vertx, server);
  }

  private static DashBoardException failure(int port, Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof BindException) {
        return new DashBoardException(Kind.PORT_TAKEN, "Port " + port + " is taken (" + t.getMessage()
            + "): name another for Deeplearning4j's page, or 0 for any that is free.", cause);
      }
    }
    return new DashBoardException(Kind.FAILED, "Deeplearning4j's page didn't start on port " + port + ": "
        + cause.getMessage(), cause);
  }

  private static void stop(Vertx vertx) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    vertx.close(settling(stopped));
    stopped.join();
  }

  private static <T> Handler<AsyncResult<T>> settling(CompletableFuture<T> future) {
    return result -> {
      if (result.succeeded()) {
        future.complete(result.result());
      } else {
        future.completeExceptionally(result.cause());
      }
    };
  }

  @Override
  public URI address() {
    return URI.create("http://" + (server.host().equals(Reach.EVERYONE.host()) ? "localhost" : server.host()) + ":"
        + server.getPort() + "/train/overview");
  }

  @Override
  public TrainingListener listener(String run, int steps) {
    return new PageListener(shown, run, steps);
  }

  @Override
  public void close() {
    if (!server.isStopped()) {
      server.detach(shown);
      stop(vertx);
    }
  }
}
