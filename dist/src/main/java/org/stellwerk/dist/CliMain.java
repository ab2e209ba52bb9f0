package org.stellwerk.dist;

import java.util.Collections;
import org.apache.logging.log4j.LogManager;
import org.stellwerk.client.cli.CliFrontend;

/** The command line {@code bin/stellwerk}: loads the configuration and hands over to the client. */
public final class CliMain {

  private CliMain() {}

  /** Ends with the exit code of the command. */
  public static void main(String[] args) {
    int code =
        CliFrontend.run(
            args,
            () ->
                ConfigurationLoader.load(
                    ProcessRunner.Directories.configuration(), Collections.emptyMap()),
            RestLeaderLookup::of,
            System.out,
            System.err);
    System.out.flush();
    LogManager.shutdown();
    Runtime.getRuntime().halt(code);
  }
}
