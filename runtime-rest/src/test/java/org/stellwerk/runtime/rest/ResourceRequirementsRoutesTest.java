package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;

/** The bounds of a job's parallelism over REST, in the shape of Flink. */
final class ResourceRequirementsRoutesTest extends RestTestBase {

  private static final String PATH = "/jobs/" + RUNNING + "/resource-requirements";

  private Answer put(String path, String body) {
    return send("PUT", path, BodyPublishers.ofString(body), "application/json");
  }

  @Test
  void theyAreShownAndChanged() {
    String body =
        "{\"%s\":{\"parallelism\":{\"lowerBound\":1,\"upperBound\":4}},\"%s\":{\"parallelism\":{\"lowerBound\":2,\"upperBound\":2}}}"
            .formatted(TestingJobs.SOURCE, TestingJobs.SINK);
    Answer answer = put("/v1" + PATH, body);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(dispatcher.requirements.get())
        .isEqualTo(
            new JobResourceRequirements(
                List.of(
                    new VertexBounds(TestingJobs.SOURCE, 1, 4),
                    new VertexBounds(TestingJobs.SINK, 2, 2))));
    assertThat(ok(PATH).toString()).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"$\":{\"parallelism\":{\"lowerBound\":3,\"upperBound\":2}}}|the lower bound 3 is above"
            + " the upper bound 2",
        "{\"$\":{\"parallelism\":{\"lowerBound\":0,\"upperBound\":2}}}|the lower bound 0 is below"
            + " 1",
        "{\"$\":{\"parallelism\":{\"lowerBound\":1,\"upperBound\":40000}}}|the upper bound 40000 is"
            + " above 32768",
        "{\"$\":{\"parallelism\":{\"lowerBound\":1}}}|.parallelism.upperBound' is not a whole"
            + " number",
        "{\"$\":{\"parallelism\":{\"lowerBound\":1,\"upperBound\":\"4\"}}}|.parallelism.upperBound'"
            + " is not a whole number",
        "{\"$\":{\"parallelism\":4}}|.parallelism' is not an object",
        "{\"$\":{\"slots\":4}}|has the unknown field 'slots'",
        "{\"nonsense\":{\"parallelism\":{\"lowerBound\":1,\"upperBound\":4}}}|nonsense",
        "{}|an entry for each vertex",
        "[1]|an entry for each vertex",
        "{|The body is not JSON"
      })
  void whatIsNotUnderstoodIsRefusedInOneLine(String body, String complaint) {
    Answer answer = put(PATH, body.replace("$", TestingJobs.SOURCE.toString()));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains(complaint);
    assertThat(dispatcher.requirements.get()).isEqualTo(JobResourceRequirements.NONE);
  }

  @Test
  void aJobThatIsOverOrUnknownIsNotChanged() {
    String body =
        "{\"%s\":{\"parallelism\":{\"lowerBound\":1,\"upperBound\":4}}}"
            .formatted(TestingJobs.SOURCE);
    Answer over = put("/jobs/" + FINISHED + "/resource-requirements", body);
    assertThat(over.status()).isEqualTo(400);
    assertThat(over.error()).contains("is over");
    assertThat(put("/jobs/" + TestingJobs.jobId(9) + "/resource-requirements", body).status())
        .isEqualTo(404);
  }
}
