package org.stellwerk.runtime.persistence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;

class JobResultSerializerTest {

  private static final JobID JOB = new JobID(new UUID(3, 4));

  @Test
  void readsWhatItWrote() {
    JobResult finished = new JobResult(JOB, "n", JobStatus.FINISHED, 12, null);
    assertThat(JobResultSerializer.fromBytes(JobResultSerializer.toBytes(finished)))
        .isEqualTo(finished);
  }

  @Test
  void keepsTheWholeChainOfCauses() {
    Exception failure =
        new RuntimeException("outer", new IllegalStateException(new ArithmeticException("inner")));
    JobResult failed =
        new JobResult(JOB, "n", JobStatus.FAILED, 12, SerializedThrowable.of(failure));
    assertThat(JobResultSerializer.fromBytes(JobResultSerializer.toBytes(failed)))
        .isEqualTo(failed);
  }

  @Test
  void refusesWithOneLineThatNamesTheField() {
    String good =
        new String(
            JobResultSerializer.toBytes(new JobResult(JOB, "n", JobStatus.FAILED, 1, null)), UTF_8);
    assertThatThrownBy(
            () ->
                JobResultSerializer.fromBytes(
                    good.replace("\"failure\":null", "\"failure\":{\"class\":1}").getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Job result: field 'failure.class' is the number 1; expected text");
  }

  @Test
  void carriesLeaderInformation() {
    LeaderInformation information =
        new LeaderInformation(
            new UUID(5, 6), "akka://stellwerk@host:6123/user/rpc/", "http://host:8081");
    assertThat(
            LeaderInformationSerializer.fromBytes(LeaderInformationSerializer.toBytes(information)))
        .isEqualTo(information);
  }
}
