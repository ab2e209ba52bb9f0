package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between HTTP and the routes: limits the body, finds the route, turns failures into error answers
 * and writes. A request that waits for the cluster holds no thread. As in Flink, pages of the
 * allowed origin may read answers, but a browser's question whether a page may send more than
 * simple requests is not granted: OPTIONS tells the methods and no more.
 */
final class ExchangeHandler implements HttpHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ExchangeHandler.class);
  private static final int COPY_BYTES = 1 << 14;
  private static final long NO_BODY = -1;

  private final Router router;
  private final long maxContentLength;
  private final String allowedOrigin;
  private final Executor executor;
  private final ObjectMapper mapper = new ObjectMapper();

  ExchangeHandler(Router router, long maxContentLength, String allowedOrigin, Executor executor) {
    this.router = router;
    this.maxContentLength = maxContentLength;
    this.allowedOrigin = allowedOrigin;
    this.executor = executor;
  }

  @Override
  public void handle(HttpExchange exchange) {
    String name = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    begin(exchange)
        .handleAsync(
            (response, failure) -> {
              write(exchange, failure == null ? response : ErrorAnswers.of(name, failure));
              return response;
            },
            executor)
        .exceptionally(
            failure -> {
              LOG.warn("The answer to {} could not be written.", name, failure);
              exchange.close();
              return null;
            });
  }

  private CompletableFuture<RestResponse> begin(HttpExchange exchange) {
    try {
      URI uri = exchange.getRequestURI();
      String method = exchange.getRequestMethod();
      if (method.equals(Router.OPTIONS)) {
        exchange.getResponseHeaders().set("Allow", router.allowed(uri.getRawPath()));
        return CompletableFuture.completedFuture(RestResponse.ok(Json.object()));
      }
      Router.Match match = router.find(method, uri.getRawPath());
      checkLength(exchange);
      return match
          .handler()
          .handle(
              new RestRequest(
                  match.parameters(),
                  RestRequest.parseQuery(uri.getRawQuery()),
                  header(exchange, "Content-Type").orElse(""),
                  new LimitedInputStream(exchange.getRequestBody(), maxContentLength)));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void checkLength(HttpExchange exchange) {
    Optional<String> length = header(exchange, "Content-Length");
    if (length.isPresent() && Long.parseLong(length.get().strip()) > maxContentLength) {
      throw LimitedInputStream.tooLarge(maxContentLength);
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private void write(HttpExchange exchange, RestResponse response) {
    try {
      byte[] body = mapper.writeValueAsBytes(response.body());
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", "application/json; charset=UTF-8");
      headers.set("Cache-Control", "no-store");
      headers.set("Access-Control-Allow-Origin", allowedOrigin);
      if (response.status() == RestException.METHOD_NOT_ALLOWED) {
        headers.set("Allow", router.allowed(exchange.getRequestURI().getRawPath()));
      }
      if (exchange.getRequestMethod().equals(Router.HEAD)) {
        headers.set("Content-Length", String.valueOf(body.length));
        exchange.sendResponseHeaders(response.status(), NO_BODY);
      } else {
        exchange.sendResponseHeaders(response.status(), body.length);
        OutputStream out = exchange.getResponseBody();
        out.write(body);
        out.flush();
      }
      drain(exchange.getRequestBody());
      exchange.close();
    } catch (IOException e) {
      LOG.debug("The client of {} is gone: {}", exchange.getRequestURI(), e.toString());
      exchange.close();
    }
  }

  /** A client that is still sending reads the answer only when it is done; so the rest is read. */
  private void drain(InputStream rest) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    long drained = 0;
    int read = 0;
    while (read >= 0 && drained <= maxContentLength) {
      read = rest.read(buffer);
      drained += read;
    }
  }
}
