package org.stellwerk.dist.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The JobManagers of an installation: who leads, as they logged it, and where each answers. */
final class JobManagers {

  private static final String GRANTED = "Leadership granted, session ";

  private final Installation installation;

  JobManagers(Installation installation) {
    this.installation = installation;
  }

  /** The one that was granted the newest session. */
  long leader() throws IOException {
    String newest = "";
    int leader = -1;
    for (int index = 0; Files.exists(books(index)); index++) {
      Optional<String> granted = lastGrant(index);
      if (granted.isPresent() && granted.get().compareTo(newest) > 0) {
        newest = granted.get();
        leader = index;
      }
    }
    return pid(leader);
  }

  /** The line, which begins with its time; its process has logged it since it started. */
  private Optional<String> lastGrant(int index) throws IOException {
    List<String> grants = new ArrayList<>();
    try (Stream<Path> files = Files.list(installation.directory.resolve("log"))) {
      for (Path file :
          files.filter(each -> each.toString().contains("-jobmanager-" + index + "-")).toList()) {
        Files.readAllLines(file).stream()
            .filter(line -> line.contains(GRANTED))
            .forEach(grants::add);
      }
    }
    return grants.stream().max(String::compareTo);
  }

  private long pid(int index) throws IOException {
    return Long.parseLong(Files.readString(books(index).resolve("pid")).trim());
  }

  private Path books(int index) {
    return installation.directory.resolve("run").resolve(".jobmanager-" + index + ".lock");
  }

  /** The REST port of the process. */
  int restPort(long pid) throws IOException {
    for (int index = 0; Files.exists(books(index)); index++) {
      if (pid(index) == pid) {
        return Integer.parseInt(Files.readString(books(index).resolve("port")).trim());
      }
    }
    throw new IOException("No JobManager " + pid + " was started here");
  }
}
