package org.stellwerk.runtime.rest;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.configuration.IllegalConfigurationException;

/** Reads "8081", "8081,8090" or "9000-9010". Stateless. */
final class BindPorts {

  private static final int MAX_PORT = 65535;

  private BindPorts() {}

  /** The ports in the order in which they are tried. */
  static List<Integer> parse(String text) {
    List<Integer> ports = new ArrayList<>();
    for (String range : text.split(",", -1)) {
      String[] ends = range.strip().split("-", -1);
      int first = port(ends[0], text);
      int last = ends.length == 1 ? first : port(ends[1], text);
      if (ends.length > 2 || last < first) {
        throw notPorts(text);
      }
      for (int port = first; port <= last; port++) {
        ports.add(port);
      }
    }
    return ports;
  }

  private static int port(String number, String text) {
    try {
      int port = Integer.parseInt(number.strip());
      if (port >= 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw notPorts(text);
    }
    throw notPorts(text);
  }

  private static IllegalConfigurationException notPorts(String text) {
    return new IllegalConfigurationException(
        "rest.port or rest.bind-port has the value '"
            + text
            + "'; expected a port from 0 to 65535, or ranges such as 8081,9000-9010.");
  }
}
