package org.stellwerk.rpc.akka;

import java.util.LinkedHashSet;
import java.util.Set;
import org.stellwerk.configuration.IllegalConfigurationException;

/** Ports as people write them: "6123", "0" for any, "50100-50200,50300". */
final class PortRange {

  private static final int MAX_PORT = 65_535;

  private PortRange() {}

  /**
   * The ports in the order in which to try them.
   *
   * @throws IllegalConfigurationException if the text is none
   */
  static Set<Integer> parse(String text) {
    Set<Integer> ports = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = port(dash < 0 ? part : part.substring(0, dash), text);
      int last = dash < 0 ? first : port(part.substring(dash + 1), text);
      if (last < first) {
        throw invalid(text);
      }
      for (int port = first; port <= last; port++) {
        ports.add(port);
      }
    }
    return ports;
  }

  private static int port(String digits, String text) {
    try {
      int port = Integer.parseInt(digits.trim());
      if (port >= 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
    throw invalid(text);
  }

  private static IllegalConfigurationException invalid(String text) {
    return new IllegalConfigurationException(
        "'"
            + text
            + "' is no port range; expected a port from 0 to 65535, or ranges such as"
            + " 50100-50200,50300.");
  }
}
