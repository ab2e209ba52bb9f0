package org.stellwerk.simulation.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.simulation.page.RunEvent.Content;
import org.stellwerk.simulation.page.RunEvent.Ending;
import org.stellwerk.simulation.page.RunEvent.Fate;
import org.stellwerk.simulation.page.RunEvent.LeaderStep;
import org.stellwerk.simulation.page.RunEvent.Life;
import org.stellwerk.simulation.page.RunEvent.Subject;
import org.stellwerk.simulation.page.TextTrace.Filter;

class TextTraceTest {

  private static final Life ZK = new Life("zk", 1);
  private static final Life JM = new Life("jm-1", 1);
  private static final Life TM = new Life("tm-1", 2);
  private static final String SESSION = "3f2a0000-0000-0000-0000-000000000000";

  private static RunEvent.Message call(long sequence, String label, Ending ending) {
    Content content = new Content(MessageKind.CALL, label, "x", "work 1/4", List.of("07"), 0);
    return new RunEvent.Message(sequence, 1_000_000, JM, TM, content, ending);
  }

  private static RunEvent.Transition becomes(long sequence, Life at, String machine, String to) {
    Subject subject = new Subject(machine, "id", "job-7", "07");
    return new RunEvent.Transition(sequence, 2_000_000, at, subject, "CREATED", to);
  }

  private static final SimLinkChange CUT =
      new SimLinkChange(List.of("a"), List.of("b"), true, "CUT", null, false);

  private static final RecordedRun RUN =
      new RecordedRun(
          "by hand",
          7,
          9_000_000_000L,
          List.of("zk", "jm-1", "tm-1"),
          List.of(new RecordedRun.Job("07", "job-7")),
          List.of(
              new RunEvent.Lifecycle(1, 0, TM, NodeEvent.STARTED, ""),
              new RunEvent.Leadership(2, 500, ZK, LeaderStep.ELECTED, SESSION),
              new RunEvent.Leadership(3, 600, JM, LeaderStep.BELIEVES, SESSION),
              call(4, "G.cancel(A, B)", new Ending(Fate.ARRIVED, 5, 1_331_000, "")),
              call(6, "G.cancel(A, B)", new Ending(Fate.FENCED, 7, 1_331_000, "not you")),
              call(8, "G.heartbeat(A)", new Ending(Fate.ARRIVED, 9, 1_331_000, "")),
              call(10, "G.heartbeat(A)", new Ending(Fate.LOST, 11, 1_000_000, "a black hole")),
              becomes(12, JM, TransitionObserver.JOB, "RUNNING"),
              becomes(13, TM, TransitionObserver.TASK, "RUNNING"),
              new RunEvent.Lifecycle(14, 3_000_000, TM, NodeEvent.FROZEN, "for 2 s"),
              new RunEvent.Links(15, 4_000_000, CUT),
              new RunEvent.Note(16, 5_000_000, "the end is near"),
              new RunEvent.Violation(17, 5_000_000_000L, "I4", "lost")),
          3);

  @Test
  void hasALineForEachEventAndOneForTheClusterAfterEachTurn() {
    assertThat(new TextTrace(RUN).lines(Filter.ALL))
        .containsExactly(
            "              (3 earlier events were not kept)",
            "    0.000000  tm-1#2  STARTED",
            "              = no leader | tm-1#2",
            "    0.000001  zk#1    elects 3f2a",
            "              = leader 3f2a | tm-1#2",
            "    0.000001  jm-1#1  leads as 3f2a",
            "              = leader 3f2a | tm-1#2 | jm-1 3f2a",
            "    0.001000  jm-1#1  -> tm-1#2  G.cancel(work 1/4)  +0.331 ms",
            "    0.001000  jm-1#1  -> tm-1#2  G.cancel(work 1/4)  +0.331 ms, FENCED: not you",
            "    0.001000  jm-1#1  -> tm-1#2  G.heartbeat(work 1/4)  LOST: a black hole",
            "    0.002000  jm-1#1  job job-7: CREATED -> RUNNING",
            "              = leader 3f2a | tm-1#2 | jm-1 3f2a job-7 RUNNING",
            "    0.002000  tm-1#2  task job-7: CREATED -> RUNNING",
            "    0.003000  tm-1#2  FROZEN for 2 s",
            "              = leader 3f2a | tm-1#2 frozen 1 RUNNING | jm-1 3f2a job-7 RUNNING",
            "    0.004000  world   links: a <-> b CUT",
            "    0.005000  world   the end is near",
            "    5.000000  world   VIOLATION I4: lost");
  }

  @Test
  void tellsOfOneProcessAndOneJobOnly() {
    List<String> ofWorker = new TextTrace(RUN).lines(new Filter(Set.of("tm-1"), Set.of(), true));
    assertThat(ofWorker).anyMatch(line -> line.contains("heartbeat(work 1/4)  +0.331"));
    assertThat(ofWorker).noneMatch(line -> line.contains("job job-7"));

    List<String> ofJob = new TextTrace(RUN).lines(new Filter(Set.of(), Set.of("job-7"), false));
    assertThat(ofJob).anyMatch(line -> line.contains("job job-7: CREATED -> RUNNING"));
    assertThat(new TextTrace(RUN).lines(new Filter(Set.of(), Set.of("job-8"), false)))
        .noneMatch(line -> line.contains("G.cancel") || line.contains("job job-7:"))
        .anyMatch(line -> line.contains("VIOLATION"));
  }
}
