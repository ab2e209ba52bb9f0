package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stellwerk.benchmarks.cluster.WrongOutcomeException;

/** Who leads and since when, as the JobManagers logged it; times by the wall clock, to 1 ms. */
final class Leadership {

  private static final Pattern GRANT =
      Pattern.compile(
          "^(\\S+ \\S+) INFO .*JobManagerProcess .*Leadership granted, session (\\S+)\\.");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");
  private static final long PATIENCE_MS = 60_000;
  private static final long PAUSE_MS = 20;

  private final List<Node> jobManagers;

  /** A session that a JobManager was granted. */
  record Grant(Node jobManager, long atMillis, String session) {}

  Leadership(List<Node> jobManagers) {
    this.jobManagers = List.copyOf(jobManagers);
  }

  private List<Grant> grants() throws IOException {
    List<Grant> grants = new ArrayList<>();
    for (Node jobManager : jobManagers) {
      for (String line : jobManager.logLines()) {
        Matcher matcher = GRANT.matcher(line);
        if (matcher.find()) {
          grants.add(new Grant(jobManager, millis(matcher.group(1)), matcher.group(2)));
        }
      }
    }
    grants.sort(Comparator.comparingLong(Grant::atMillis));
    return grants;
  }

  private static long millis(String time) {
    return LocalDateTime.parse(time, TIME)
        .atZone(ZoneId.systemDefault())
        .toInstant()
        .toEpochMilli();
  }

  /** The newest session. */
  Grant current() throws IOException {
    List<Grant> grants = grants();
    if (grants.isEmpty()) {
      throw new WrongOutcomeException("No JobManager was ever granted the leadership");
    }
    return grants.get(grants.size() - 1);
  }

  /** Waits for a session that is newer than the given one. */
  Grant awaitNewer(Grant old) throws IOException, InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MS;
    while (true) {
      Grant newest = current();
      if (!newest.session().equals(old.session())) {
        return newest;
      }
      if (System.currentTimeMillis() > deadline) {
        throw new WrongOutcomeException(
            "Nobody was granted the leadership within " + PATIENCE_MS + " ms");
      }
      Thread.sleep(PAUSE_MS);
    }
  }
}
