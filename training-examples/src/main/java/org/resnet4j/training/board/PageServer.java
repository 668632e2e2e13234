package org.resnet4j.training.board;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.HttpURLConnection;
import org.deeplearning4j.ui.VertxUIServer;

/**
 * Deeplearning4j's server on one address and port: M2.1 listens on all of a machine's addresses, and takes its port
 * from static fields and a system property. It asks its {@code Vertx} for an HTTP server, and gets one that listens
 * elsewhere.
 *
 * <p>Requests for scripts that aren't there, M2.1 never answers, and a browser waits for them before it draws anything:
 * here they are told so. The pages name many scripts that they call nothing of.
 */
final class PageServer extends VertxUIServer {
  private static final String ASSETS = "/assets/";
  private static final String WEBJARS = "webjars/";

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
        server.listen(port, host, handler(arguments[1])); // of listen(port, handler)
        return proxy;
      }
      if (method.getName().equals("requestHandler") && arguments != null) {
        server.requestHandler(answering(handler(arguments[0])));
        return proxy;
      }
      Object result = invoke(server, method, arguments);
      return result == server ? proxy : result;
    });
  }

  @SuppressWarnings("unchecked")
  private static <T> Handler<T> handler(Object argument) {
    return (Handler<T>) argument;
  }

  private static Handler<HttpServerRequest> answering(Handler<HttpServerRequest> router) {
    return request -> {
      String path = request.path();
      if (path.startsWith(ASSETS) && PageServer.class.getClassLoader().getResource(asset(path)) == null) {
        request.response().setStatusCode(HttpURLConnection.HTTP_NOT_FOUND).end();
      } else {
        router.handle(request);
      }
    };
  }

  /** The resource that Deeplearning4j answers with. */
  private static String asset(String path) {
    int webjar = path.indexOf(WEBJARS);
    return webjar >= 0 ? "META-INF/resources/" + path.substring(webjar)
        : ASSETS_ROOT_DIRECTORY + path.substring(ASSETS.length());
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
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
