package org.stellwerk.runtime.rest;

import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request, with the parameters of its path by the names in the route.
 *
 * @param contentType the header, empty if there is none
 * @param body bounded by the endpoint's limit
 */
record RestRequest(
    Map<String, String> pathParameters,
    Map<String, String> queryParameters,
    String contentType,
    InputStream body) {

  /** A parameter of the path, read by the given function; 400 if it refuses the text. */
  <T> T path(String name, Function<String, T> reader) {
    return parse("path parameter " + name, pathParameters.getOrDefault(name, ""), reader);
  }

  /** A parameter of the query, if it is there; 400 if the function refuses the text. */
  <T> Optional<T> query(String name, Function<String, T> reader) {
    return Optional.ofNullable(queryParameters.get(name))
        .map(text -> parse("query parameter " + name, text, reader));
  }

  private static <T> T parse(String what, String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw RestException.badRequest("Bad " + what + ": " + e.getMessage());
    }
  }

  /** The parameters of a raw query; of repeated ones the last. */
  static Map<String, String> parseQuery(@Nullable String rawQuery) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (rawQuery == null) {
      return parameters;
    }
    for (String pair : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (!name.isEmpty()) {
        parameters.put(decode(name), decode(value));
      }
    }
    return parameters;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw RestException.badRequest("Bad escape in the query: '" + text + "'");
    }
  }
}
