package org.stellwerk.dist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.configuration.IllegalConfigurationException;

/** {@code -D key=value} and what else a main was given. */
record CommandLine(Map<String, String> dynamic, List<String> rest) {

  /** Reads "-D key=value" and "-Dkey=value". */
  static CommandLine parse(String[] args) {
    Map<String, String> dynamic = new LinkedHashMap<>();
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      String arg = args[i];
      if (!arg.startsWith("-D")) {
        rest.add(arg);
        continue;
      }
      String entry = arg.substring(2);
      if (entry.isEmpty()) {
        i++;
        entry = i < args.length ? args[i] : "";
      }
      int equals = entry.indexOf('=');
      if (equals <= 0) {
        throw new IllegalConfigurationException(
            "'-D " + entry + "' is not of the form -D key=value");
      }
      dynamic.put(entry.substring(0, equals).trim(), entry.substring(equals + 1).trim());
    }
    return new CommandLine(dynamic, rest);
  }

  /** Refuses anything but -D. */
  Map<String, String> dynamicOnly() {
    if (!rest.isEmpty()) {
      throw new IllegalConfigurationException(
          "Unknown argument '" + rest.get(0) + "'; expected only -D key=value");
    }
    return dynamic;
  }
}
