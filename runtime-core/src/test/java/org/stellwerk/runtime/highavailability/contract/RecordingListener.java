package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;

/** Notes what it is told. */
public final class RecordingListener implements LeaderRetrievalListener {

  private final List<Optional<LeaderInformation>> heard = new CopyOnWriteArrayList<>();
  private final List<Boolean> reachable = new CopyOnWriteArrayList<>();
  private final List<Exception> errors = new CopyOnWriteArrayList<>();

  @Override
  public void notifyLeader(Optional<LeaderInformation> leader) {
    heard.add(leader);
  }

  @Override
  public void notifyReachable(boolean now) {
    reachable.add(now);
  }

  @Override
  public void handleError(Exception exception) {
    errors.add(exception);
  }

  /** Everything it heard, in order. */
  public List<Optional<LeaderInformation>> heard() {
    return heard;
  }

  /** Whether the service could be asked, each change. */
  public List<Boolean> reachable() {
    return reachable;
  }

  /** What it was told to handle. */
  public List<Exception> errors() {
    return errors;
  }

  /** Waits until the last thing it heard is this. */
  public void awaitLast(Optional<LeaderInformation> expected) {
    HighAvailabilityContract.eventually(
        () -> assertThat(heard).isNotEmpty().last().isEqualTo(expected));
  }
}
