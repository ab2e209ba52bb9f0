package org.stellwerk.benchmarks.ha;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks some JobManagers for the list of jobs, every 20 ms each, from the moment it is made until it
 * is closed, and keeps when a job was listed as RUNNING. A thread for each JobManager: one that has
 * no leader to ask holds its answer back until there is one.
 */
final class ListingWatch implements AutoCloseable {

  /** After which it asks anew, as what was asked of a leader that is gone may wait for long. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final long PAUSE_MS = 20;

  private final String jobId;
  private final List<Thread> threads = new ArrayList<>();

  /** When an answer came in which the job was RUNNING. */
  private final List<Long> listed = new ArrayList<>();

  ListingWatch(RestView rest, String jobId) {
    this.jobId = jobId;
    for (URI address : rest.addresses()) {
      Thread thread = new Thread(() -> watch(address), "listing " + address);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void watch(URI address) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        JsonNode listing = RestView.ask(address, "GET", "/jobs/overview", TIMEOUT).body();
        if (RestView.stateIn(listing, jobId).equals("RUNNING")) {
          synchronized (listed) {
            listed.add(System.currentTimeMillis());
            listed.notifyAll();
          }
        }
        Thread.sleep(PAUSE_MS);
      } catch (IOException e) {
        // Nobody answers there at this moment: to be asked again.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for an answer that came at the moment or later; when it came. */
  long awaitListedSince(long millis, long patienceMs) throws InterruptedException, IOException {
    long deadline = System.currentTimeMillis() + patienceMs;
    synchronized (listed) {
      while (true) {
        for (long time : listed) {
          if (time >= millis) {
            return time;
          }
        }
        long left = deadline - System.currentTimeMillis();
        if (left <= 0) {
          throw new IOException(
              "Job " + jobId + " is not listed as RUNNING in " + patienceMs + " ms");
        }
        listed.wait(left);
      }
    }
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
