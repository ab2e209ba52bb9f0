package org.stellwerk.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Supplier;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.LeaderLookup;
import org.stellwerk.client.Patience;
import org.stellwerk.client.RestClusterClient;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.runtime.options.RuntimeOptions;
import org.stellwerk.util.NearestName;

/**
 * The command line {@code stellwerk}: {@code run}, {@code info}, {@code list}, {@code cancel},
 * {@code rescale}, and what is done with TaskManagers. What a person did wrong is answered with one
 * line on the error stream and exit code 1; nothing has been submitted then. The distribution's
 * main class reads the configuration and calls {@link #run}; whether output goes to a terminal is
 * told by the system property {@value #TERMINAL_PROPERTY}, since the JDK cannot tell.
 */
public final class CliFrontend {

  /** True if the output stream is a terminal, whose last line may be overwritten. */
  public static final String TERMINAL_PROPERTY = "stellwerk.terminal";

  static final int OK = 0;
  static final int FAILED = 1;

  private static final Duration LEADER_CHANGE = Duration.ofSeconds(20);

  private static final List<String> NOT_YET = List.of("stop", "savepoint", "checkpoint");

  private CliFrontend() {}

  /** As below, with a configuration that was read already, and nobody looked up. */
  public static int run(
      String[] arguments, Configuration configuration, PrintStream out, PrintStream err) {
    return run(arguments, () -> configuration, known -> Optional.empty(), out, err);
  }

  /**
   * Runs one command.
   *
   * @param arguments the verb and what follows it
   * @param configuration reads the cluster's configuration; asked only if the command needs it, so
   *     that help works without one
   * @param leaders how whoever leads is looked up when nobody answers at the configured address;
   *     empty where that is not possible
   * @return the exit code: 0 only if everything that was asked for happened
   */
  public static int run(
      String[] arguments,
      Supplier<Configuration> configuration,
      Function<Configuration, Optional<LeaderLookup>> leaders,
      PrintStream out,
      PrintStream err) {
    List<String> words = Arrays.asList(arguments);
    boolean terminal = Boolean.getBoolean(TERMINAL_PROPERTY);
    Console console = new Console(out, err, false, terminal);
    if (words.isEmpty()) {
      console.error("What is to be done? stellwerk " + String.join("|", Verb.words()) + " …");
      return FAILED;
    }
    switch (words.get(0)) {
      case "-h", "--help", "help" -> {
        out.println(Verb.usageOfAll());
        return OK;
      }
      case "--version" -> {
        out.println("Version: " + version());
        return OK;
      }
      default -> {
        return runVerb(words, new Cluster(configuration, leaders), console);
      }
    }
  }

  /** What is known of the cluster; nothing is read before it is needed. */
  private record Cluster(
      Supplier<Configuration> configuration,
      Function<Configuration, Optional<LeaderLookup>> leaders) {}

  private static int runVerb(List<String> words, Cluster cluster, Console plain) {
    Console console = plain;
    try {
      Verb verb = verb(words.get(0));
      CommandLine line = CommandLine.parse(verb, words.subList(1, words.size()));
      console = new Console(plain.out(), plain.err(), line.has(Option.VERBOSE), plain.terminal());
      if (line.has(Option.HELP)) {
        console.out().println(verb.usage());
        return OK;
      }
      return runCommand(line, cluster, console);
    } catch (CliException
        | ClusterException
        | IllegalConfigurationException
        | InvalidPathException e) {
      console.error(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      console.error("Interrupted", e);
    } catch (IOException | RuntimeException e) {
      console.error("Unexpected failure of the command line: " + e, e);
    }
    return FAILED;
  }

  private static Verb verb(String word) {
    return Verb.byWord(word)
        .orElseThrow(
            () ->
                new CliException(
                    NOT_YET.contains(word)
                        ? "'" + word + "' is not there yet; a job is ended with 'cancel'"
                        : "Unknown verb '"
                            + word
                            + "'"
                            + NearestName.hint(word, Verb.words())
                            + " The verbs are "
                            + String.join(", ", Verb.words())
                            + "."));
  }

  private static int runCommand(CommandLine line, Cluster cluster, Console console)
      throws IOException, InterruptedException {
    RuntimeOptions.known().validate(Configuration.fromMap(line.defined()));
    if (line.verb() == Verb.INFO) {
      return new InfoCommand(line, console).run();
    }
    Configuration effective = cluster.configuration().get().withAll(line.defined());
    try (ClusterClient client = client(line, effective, cluster).with(patience(line, console))) {
      return switch (line.verb()) {
        case RUN -> new RunCommand(line, client, console).run();
        case LIST -> new ListCommand(line, client, console).run();
        case CANCEL -> new CancelCommand(line, client, console).run();
        case RESCALE -> new RescaleCommand(line, client, console).run();
        case TASKMANAGERS -> new TaskManagersCommand(line, client, console).list();
        case CORDON -> new TaskManagersCommand(line, client, console).set(Mode.CORDONED);
        case UNCORDON -> new TaskManagersCommand(line, client, console).set(Mode.OPEN);
        case DRAIN -> new TaskManagersCommand(line, client, console).drain();
        case INFO -> throw new IllegalStateException("info needs no cluster");
      };
    }
  }

  /** A change of leaders is waited out; a submission knows better itself what it must repeat. */
  private static Patience patience(CommandLine line, Console console) {
    return line.verb() == Verb.RUN
        ? Patience.NONE
        : new Patience(
            LEADER_CHANGE, why -> console.err().println("Asking again for a while: " + why));
  }

  /** Who names an address means that one. */
  private static RestClusterClient client(
      CommandLine line, Configuration configuration, Cluster cluster) {
    URI address = address(line, configuration);
    return (line.has(Option.JOBMANAGER)
            ? Optional.<LeaderLookup>empty()
            : cluster.leaders().apply(configuration))
        .map(leaders -> new RestClusterClient(address, leaders))
        .orElseGet(() -> new RestClusterClient(address));
  }

  private static URI address(CommandLine line, Configuration configuration) {
    int port = configuration.get(RestOptions.PORT);
    String host =
        configuration
            .getOptional(RestOptions.ADDRESS)
            .orElseGet(() -> configuration.get(JobManagerOptions.RPC_ADDRESS));
    String address = line.value(Option.JOBMANAGER).orElse(host);
    try {
      return RestClusterClient.parseAddress(address, port);
    } catch (IllegalArgumentException e) {
      throw new CliException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String version() {
    try (InputStream in = CliFrontend.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
