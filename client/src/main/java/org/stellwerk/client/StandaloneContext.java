package org.stellwerk.client;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The context of a program that was not started by the command line but by {@code java -jar} or
 * from an IDE. The cluster's address comes from the system property {@value #ADDRESS_PROPERTY} or
 * the environment variable {@value #ADDRESS_VARIABLE} ({@code host:port}); the jars to ship from
 * the system property {@value #JARS_PROPERTY} (separated as a class path), else they are those from
 * which the classes of the job's vertices were loaded.
 */
public final class StandaloneContext implements ExecutionContext {

  public static final String ADDRESS_PROPERTY = "stellwerk.jobmanager";
  public static final String ADDRESS_VARIABLE = "STELLWERK_JOBMANAGER";
  public static final String JARS_PROPERTY = "stellwerk.jars";

  private static final int DEFAULT_REST_PORT = 8081;

  private final Optional<String> address;
  private final List<Path> jars;

  /**
   * A context.
   *
   * @param address the cluster's {@code host:port}, if it is known
   * @param jars what to ship; if there are none, what the vertices' classes were loaded from
   */
  public StandaloneContext(Optional<String> address, List<Path> jars) {
    this.address = address;
    this.jars = List.copyOf(jars);
  }

  /** The context that system properties and environment variables describe. */
  static StandaloneContext fromEnvironment() {
    String jars = System.getProperty(JARS_PROPERTY, "");
    List<Path> paths = new ArrayList<>();
    for (String jar : jars.split(File.pathSeparator, -1)) {
      if (!jar.isBlank()) {
        paths.add(Path.of(jar));
      }
    }
    Optional<String> address =
        Optional.ofNullable(System.getProperty(ADDRESS_PROPERTY))
            .or(() -> Optional.ofNullable(System.getenv(ADDRESS_VARIABLE)));
    return new StandaloneContext(address, paths);
  }

  @Override
  public JobExecution submit(Job job) {
    String target =
        address.orElseThrow(
            () ->
                new ProgramException(
                    "This program knows no cluster for job '"
                        + job.name()
                        + "': start it with 'stellwerk run', or give the address with -D"
                        + ADDRESS_PROPERTY
                        + "=host:port or "
                        + ADDRESS_VARIABLE));
    ClusterClient client =
        new RestClusterClient(RestClusterClient.parseAddress(target, DEFAULT_REST_PORT));
    ClusterContext.Settings settings = new ClusterContext.Settings(1, Map.of(), false);
    return new ClusterContext(client, settings, jarsOf(job), JobObserver.NONE).submit(job);
  }

  private List<Path> jarsOf(Job job) {
    if (!jars.isEmpty()) {
      return jars;
    }
    Set<Path> found = new LinkedHashSet<>();
    for (Class<?> code : job.codeClasses()) {
      Path origin = originOf(code);
      if (!Files.isRegularFile(origin)) {
        throw new ProgramException(
            "The class "
                + code.getName()
                + " comes from "
                + origin
                + ", which is not a jar that could be shipped: build one and name it with -D"
                + JARS_PROPERTY
                + "=FILE, or use 'stellwerk run'");
      }
      found.add(origin);
    }
    return List.copyOf(found);
  }

  private static Path originOf(Class<?> code) {
    CodeSource source = code.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      throw new ProgramException(
          "It is not known which jar the class "
              + code.getName()
              + " comes from: name it with -D"
              + JARS_PROPERTY
              + "=FILE");
    }
    try {
      URI location = source.getLocation().toURI();
      return Path.of(location);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new ProgramException(
          "The class " + code.getName() + " comes from " + source.getLocation() + ", not a file",
          e);
    }
  }
}
