package org.stellwerk.runtime.rest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the handler of a request. Routes are written as in Flink's documentation: {@code
 * /jobs/:jobid}; fixed segments win over parameters; every path is there with and without the
 * prefix {@code /v1}. Filled once, then only read.
 */
final class Router {

  static final String GET = "GET";
  static final String HEAD = "HEAD";
  static final String OPTIONS = "OPTIONS";

  private static final String VERSION_PREFIX = "v1";

  /** A route that fits, with the values of its parameters. */
  record Match(RestHandler handler, Map<String, String> parameters) {}

  private record Route(String method, List<String> segments, RestHandler handler) {

    @Nullable Map<String, String> match(List<String> path) {
      if (path.size() != segments.size()) {
        return null;
      }
      Map<String, String> parameters = new LinkedHashMap<>();
      for (int i = 0; i < path.size(); i++) {
        String segment = segments.get(i);
        if (segment.startsWith(":")) {
          parameters.put(segment.substring(1), path.get(i));
        } else if (!segment.equals(path.get(i))) {
          return null;
        }
      }
      return parameters;
    }
  }

  private final List<Route> routes = new ArrayList<>();

  Router add(String method, String path, RestHandler handler) {
    routes.add(new Route(method, split(path), handler));
    return this;
  }

  /**
   * The route of a request; that of GET is HEAD's, too.
   *
   * @param rawPath as it came, with escapes
   * @throws RestException if there is none, or none with the method
   */
  Match find(String method, String rawPath) {
    String routed = method.equals(HEAD) ? GET : method;
    List<String> path = segments(rawPath);
    Match best = null;
    for (Route route : routes) {
      Map<String, String> parameters = route.match(path);
      if (parameters != null
          && route.method.equals(routed)
          && (best == null || parameters.size() < best.parameters.size())) {
        best = new Match(route.handler, parameters);
      }
    }
    if (best != null) {
      return best;
    }
    throw new RestException(
        RestException.METHOD_NOT_ALLOWED,
        "Method " + method + " is not allowed for " + rawPath + "; allowed: " + allowed(rawPath));
  }

  /**
   * The methods that a path has, separated by commas.
   *
   * @throws RestException if there is no such path
   */
  String allowed(String rawPath) {
    List<String> path = segments(rawPath);
    TreeSet<String> methods = new TreeSet<>();
    for (Route route : routes) {
      if (route.match(path) != null) {
        methods.add(route.method);
      }
    }
    if (methods.isEmpty()) {
      throw RestException.notFound("Not found: " + rawPath);
    }
    if (methods.contains(GET)) {
      methods.add(HEAD);
    }
    methods.add(OPTIONS);
    return String.join(", ", methods);
  }

  private static List<String> segments(String rawPath) {
    List<String> path = split(rawPath);
    return !path.isEmpty() && path.get(0).equals(VERSION_PREFIX)
        ? path.subList(1, path.size())
        : path;
  }

  private static List<String> split(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (!segment.isEmpty()) {
        segments.add(decode(segment));
      }
    }
    return segments;
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw RestException.badRequest("Bad escape in the path: '" + segment + "'");
    }
  }
}
