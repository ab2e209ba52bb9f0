package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.simulation.SimBlobStore.DeletionListener;

/**
 * I5, of uploaded files: a file is deleted only by a process that has led at some moment after it
 * had set the file aside. What a later leader does comes after that moment, so that it finds the
 * file set aside, and claims it for a job that needs it. A deposed process could delete it behind
 * the later leader's back, whether a job needs it or not.
 */
final class I5Deletions extends Invariant implements DeletionListener {

  private static final class Attempt {

    private final SimNode deleter;
    private final BlobKey key;
    private boolean led;

    Attempt(SimNode deleter, BlobKey key) {
      this.deleter = deleter;
      this.key = key;
    }
  }

  private final Predicate<SimNode> leads;
  private final Map<Long, Attempt> attempts = new HashMap<>();

  /**
   * The invariant.
   *
   * @param leads whether the process leads, by the coordination service's own knowledge
   */
  I5Deletions(Consumer<InvariantViolation> violations, Predicate<SimNode> leads) {
    super("I5", violations);
    this.leads = leads;
  }

  @Override
  public void onSetAside(long number, SimNode deleter, BlobKey key) {
    Attempt attempt = new Attempt(deleter, key);
    attempts.put(number, attempt);
    note(attempt);
  }

  @Override
  void onCoordination() {
    attempts.values().forEach(this::note);
  }

  private void note(Attempt attempt) {
    attempt.led |= leads.test(attempt.deleter);
  }

  @Override
  public void onEnd(long number, boolean deleted) {
    Attempt attempt = attempts.remove(number);
    require(
        attempt == null || attempt.led || !deleted,
        "{} has deleted file {}, but has not led since it set the file aside",
        attempt == null ? null : attempt.deleter,
        attempt == null ? null : attempt.key);
  }
}
