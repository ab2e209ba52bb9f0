package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.TaskExecutor;

class I13SuspicionsTest {

  private static final Source AT = new Source("jm#1", "resourcemanager", ResourceManager.class);
  private static final TaskExecutor REGISTERED =
      new TaskExecutor(Given.TM, new InstanceID(new UUID(1, 1)), "sim://tm/te", Mode.OPEN);

  private final Found found = new Found();
  private long now;
  private final I13Suspicions invariant = new I13Suspicions(found, () -> now, 100);

  private void call(String method, Object... arguments) {
    invariant.onCall(new Call(AT, null, null, method, arguments, null));
  }

  private void lose() {
    invariant.onResourceManager(
        new Change<>("jm#1", snapshot(List.of(REGISTERED)), snapshot(List.of())));
    invariant.onEndOfEvent();
  }

  private static ResourceManagerSnapshot snapshot(List<TaskExecutor> taskExecutors) {
    return new ResourceManagerSnapshot(
        new ResourceManagerId(Given.SESSION),
        taskExecutors,
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>());
  }

  @Test
  void whoSaysGoodbyeOrIsNotHeardEitherIsGivenUp() {
    call("heartbeatFromTaskManager", Given.TM);
    invariant.onEndOfEvent();
    now = 10;
    call("disconnectTaskManager", Given.TM, TaskManagerLoss.ended("asked"));
    lose();
    now = 200;
    call("disconnectTaskManager", Given.TM, TaskManagerLoss.silent(300));
    lose();
    found.nothing();
  }

  @Test
  void whoWasHeardIsNotGivenUpForTheSilenceThatAnotherNoticed() {
    call("heartbeatFromTaskManager", Given.TM);
    invariant.onEndOfEvent();
    now = 50;
    call("disconnectTaskManager", Given.TM, TaskManagerLoss.silent(300));
    lose();
    found.reported("I13", "given up on the word of a JobMaster");
  }
}
