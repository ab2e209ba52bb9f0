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
   * The route of a request.
   *
   * @param rawPath as it came, with escapes
   * @throws RestException if there is none, or none with the method
   */
  Match find(String method, String rawPath) {
    List<String> path = split(rawPath);
    if (!path.isEmpty() && path.get(0).equals(VERSION_PREFIX)) {
      path = path.subList(1, path.size());
    }
    Match best = null;
    TreeSet<String> otherMethods = new TreeSet<>();
    for (Route route : routes) {
      Map<String, String> parameters = route.match(path);
      if (parameters == null) {
        continue;
      }
      if (!route.method.equals(method)) {
        otherMethods.add(route.method);
      } else if (best == null || parameters.size() < best.parameters.size()) {
        best = new Match(route.handler, parameters);
      }
    }
    if (best != null) {
      return best;
    }
    if (!otherMethods.isEmpty()) {
      throw new RestException(
          RestException.METHOD_NOT_ALLOWED,
          "Method "
              + method
              + " is not allowed for "
              + rawPath
              + "; allowed: "
              + String.join(", ", otherMethods));
    }
    throw RestException.notFound("Not found: " + rawPath);
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
