package org.stellwerk.client;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks again what a cluster answers with "try again" (503), as it does while another leader takes
 * over. For requests that do no harm when they come twice. Where nobody answers at all, nobody is
 * waited for.
 *
 * @param longest how long, counted from the first time
 * @param onWait hears once why it is waited
 */
public record Patience(Duration longest, Consumer<String> onWait) {

  /** Asks once. */
  public static final Patience NONE = new Patience(Duration.ZERO, why -> {});

  private static final Duration PAUSE = Duration.ofMillis(200);

  <T> T ask(Supplier<T> request) {
    long begin = System.nanoTime();
    boolean told = false;
    while (true) {
      try {
        return request.get();
      } catch (ClusterException e) {
        boolean passes = e.isTransient() && !(e instanceof ClusterUnreachableException);
        if (!passes || System.nanoTime() - begin >= longest.toNanos()) {
          throw e;
        }
        if (!told) {
          onWait.accept(e.getMessage());
          told = true;
        }
        pause(e);
      }
    }
  }

  private static void pause(ClusterException reason) {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason;
    }
  }
}
