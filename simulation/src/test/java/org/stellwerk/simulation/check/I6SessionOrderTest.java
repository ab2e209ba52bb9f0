package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class I6SessionOrderTest {

  private final Found found = new Found();
  private Optional<UUID> published = Optional.empty();
  private final I6SessionOrder invariant = new I6SessionOrder(found, () -> published);

  private void publish(UUID session) {
    published = Optional.of(session);
    invariant.onCoordination();
  }

  private void follow(String process, @Nullable UUID session) {
    invariant.onTaskExecutor(new Change<>(process, null, taskExecutor(session, List.of(free(0)))));
  }

  @Test
  void sessionsAreFollowedInTheirOrder() {
    publish(SESSION);
    follow(TM_PROCESS, SESSION);
    publish(NEXT_SESSION);
    follow("late#1", SESSION);
    follow(TM_PROCESS, null);
    follow(TM_PROCESS, NEXT_SESSION);
    follow("late#1", NEXT_SESSION);
    found.nothing();
  }

  @Test
  void nobodyGoesBack() {
    publish(SESSION);
    publish(NEXT_SESSION);
    follow(TM_PROCESS, NEXT_SESSION);
    follow(TM_PROCESS, null);
    follow(TM_PROCESS, SESSION);
    found.reported("I6", "went back");
  }

  @Test
  void nobodyFollowsWhatWasNeverPublished() {
    publish(SESSION);
    follow(TM_PROCESS, NEXT_SESSION);
    found.reported("I6", "never published");
  }
}
