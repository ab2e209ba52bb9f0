package org.stellwerk.runtime.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stellwerk.runtime.id.JobID;

class JobResultTest {

  private static JobResult result(JobStatus status, long netRuntimeMs) {
    return new JobResult(new JobID(new UUID(0, 1)), "a job", status, netRuntimeMs, null);
  }

  @ParameterizedTest
  @EnumSource
  void onlyAJobThatIsOverHasOneAndOnlyAFinishedOneIsASuccess(JobStatus status) {
    if (status.isGloballyTerminal()) {
      assertThat(result(status, 5).isSuccess()).isEqualTo(status == JobStatus.FINISHED);
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> result(status, 5))
          .withMessage("A job result cannot have the status " + status);
    }
  }

  @Test
  void itsRuntimeIsNotNegative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> result(JobStatus.FINISHED, -1))
        .withMessage("A job's runtime cannot be negative: -1");
  }
}
