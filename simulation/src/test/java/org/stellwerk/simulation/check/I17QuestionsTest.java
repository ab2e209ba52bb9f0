package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.resourcemanager.ResourceManager;

class I17QuestionsTest {

  private static final Source JOB_MASTER =
      new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class);
  private static final Source RESOURCE_MANAGER =
      new Source(JM_PROCESS, "resourcemanager", ResourceManager.class);
  private static final TaskManagerLoss SILENT = TaskManagerLoss.silent(15_000);

  private long now;
  private final Found found = new Found();
  private final I17Questions invariant = new I17Questions(found, () -> now);

  private void heard() {
    now++;
    invariant.onCall(
        new Call(
            JOB_MASTER,
            null,
            null,
            "heartbeatFromTaskManager",
            new Object[] {
              TM, new TaskExecutorHeartbeat.ToJobMaster(List.of(), List.of(), List.of())
            },
            null));
  }

  private void asked(String by) {
    now++;
    invariant.onQuestion(by, TM_PROCESS);
  }

  private void givenUp(Source by, TaskManagerLoss loss) {
    now++;
    invariant.onLossTold(by, TM, loss);
  }

  @Test
  void whoIsSilentIsAskedFirst() {
    heard();
    asked(JM_PROCESS);
    givenUp(JOB_MASTER, SILENT);
    found.nothing();
  }

  @Test
  void silenceAloneIsNotEnough() {
    heard();
    givenUp(JOB_MASTER, SILENT);
    found.reported("I17", "not asked whether it answers");
  }

  @Test
  void norIsAQuestionOfBefore() {
    asked(JM_PROCESS);
    heard();
    givenUp(JOB_MASTER, SILENT);
    found.reported("I17", "not asked whether it answers");
  }

  @Test
  void norThatOfAnother() {
    heard();
    asked("jm-2#1");
    givenUp(JOB_MASTER, SILENT);
    found.reported("I17", "not asked whether it answers");
  }

  @Test
  void whoWasNeverHeardIsAskedAsWell() {
    givenUp(JOB_MASTER, SILENT);
    found.reported("I17", "not asked whether it answers");
    asked(JM_PROCESS);
    givenUp(JOB_MASTER, SILENT);
    found.nothing();
  }

  @Test
  void whoIsGoneNeedNotBeAsked() {
    heard();
    givenUp(JOB_MASTER, TaskManagerLoss.gone("killed"));
    found.nothing();
  }

  @Test
  void whoPassesItOnHasTheWordOfAnother() {
    givenUp(RESOURCE_MANAGER, SILENT);
    found.nothing();
  }
}
