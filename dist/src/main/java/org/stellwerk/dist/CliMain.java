package org.stellwerk.dist;

import org.apache.logging.log4j.LogManager;
import org.stellwerk.client.cli.CliFrontend;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;

/** The command line {@code bin/stellwerk}: loads the configuration and hands over to the client. */
public final class CliMain {

  private CliMain() {}

  /** Ends with the exit code of the command. */
  public static void main(String[] args) {
    int code;
    try {
      Configuration configuration =
          ConfigurationLoader.load(
              ProcessRunner.Directories.configuration(), java.util.Collections.emptyMap());
      code = CliFrontend.run(args, configuration, System.out, System.err);
    } catch (IllegalConfigurationException e) {
      System.err.println(e.getMessage());
      code = 1;
    }
    System.out.flush();
    LogManager.shutdown();
    Runtime.getRuntime().halt(code);
  }
}
