package org.resnet4j.training.board;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.deeplearning4j.ui.VertxUIServer;

/**
 * Deeplearning4j's server on one address and port: M2.1 listens on all of a machine's addresses, and takes its port from
 * static fields and a system property. It asks its {@code Vertx} for an HTTP server, and gets one that listens elsewhere.
 */
final class PageServer extends VertxUIServer {
  private final String host;
  private final int port;

  PageServer(String host, int port) {
    this.host = host;
    this.port = port;
  }

  String host() {
    return host;
  }

  /** It counts as running from the moment it was made. */
  void failed() {
    stop(Promise.promise());
  }

  @Override
  public void init(Vertx vertx, Context context) {
    super.init(proxy(Vertx.class, (proxy, method, arguments) ->
        method.getName().equals("createHttpServer") && arguments == null ? here(vertx.createHttpServer())
            : invoke(vertx, method, arguments)), context);
  }

  private HttpServer here(HttpServer server) {
    return proxy(HttpServer.class, (proxy, method, arguments) -> {
      if (method.getName().equals("listen")) {
        server.listen(port, host, listening(arguments));
        return proxy;
      }
      Object result = invoke(server, method, arguments);
      return result == server ? proxy : result;
    });
  }

  @SuppressWarnings("unchecked") // listen(port, handler) is the one that is called
  private static Handler<AsyncResult<HttpServer>> listening(Object[] arguments) {
    return (Handler<AsyncResult<HttpServer>>) arguments[1];
  }

  private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(PageServer.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
