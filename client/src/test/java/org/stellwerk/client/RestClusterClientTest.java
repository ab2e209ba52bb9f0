package org.stellwerk.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.example.Programs;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

class RestClusterClientTest {

  private static final JobID ID = JobID.fromHexString("0123456789abcdef0123456789abcdef");

  private FakeCluster cluster;
  private RestClusterClient client;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start();
    client = new RestClusterClient(cluster.address());
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void submissionIsAMultipartRequestWithGraphAndJars(@TempDir Path directory) throws IOException {
    Path jar = Files.write(directory.resolve("my \"job\".jar"), new byte[] {'P', 'K', 0, -1, 13});
    Path twin = Files.writeString(directory.resolve("my  job_.jar"), "second");
    cluster.acceptJobs();
    JobGraph graph = graph();

    client.submitJob(graph, List.of(jar, twin));

    FakeCluster.Request request = cluster.requests().get(0);
    assertThat(request.method() + " " + request.path()).isEqualTo("POST /jobs");
    String boundary = request.contentType().replace("multipart/form-data; boundary=", "");
    String[] parts = request.body().split("--" + boundary, -1);
    assertThat(parts).hasSize(6);
    assertThat(parts[0]).isEmpty();
    assertThat(parts[1])
        .contains("name=\"request\"")
        .endsWith(
            "\r\n\r\n{\"jobGraphFileName\":\""
                + ID
                + ".json\",\"jobJarFileNames\":[\"my__job_.jar\",\"1-my__job_.jar\"],"
                + "\"jobArtifactFileNames\":[]}\r\n");
    assertThat(parts[2]).contains("name=\"file\"; filename=\"" + ID + ".json\"");
    assertThat(JobGraphSerializer.fromBytes(content(parts[2]))).isEqualTo(graph);
    assertThat(parts[3]).contains("name=\"file\"; filename=\"my__job_.jar\"");
    assertThat(content(parts[3])).containsExactly('P', 'K', 0, -1, 13);
    assertThat(parts[4]).contains("filename=\"1-my__job_.jar\"");
    assertThat(parts[5]).isEqualTo("--\r\n");
  }

  private static byte[] content(String part) {
    int begin = part.indexOf("\r\n\r\n") + 4;
    return part.substring(begin, part.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static JobGraph graph() {
    Job job = Job.named("sample");
    job.vertex("v", Programs.Nothing.class);
    return job.toJobGraph(ID, 2, Map.of("k", "v"));
  }

  @Test
  void jobsAreListed() {
    cluster.answer(
        "GET /jobs/overview",
        200,
        "{'jobs':[{'jid':'0123456789abcdef0123456789abcdef','name':'ä','state':'RUNNING',"
            + "'start-time':5,'end-time':-1,'duration':7,'last-modification':9,"
            + "'tasks':{'total':4,'created':0,'running':3,'finished':1,'reconciling':0}}]}");

    List<JobDetails> jobs = client.listJobs();

    assertThat(jobs).hasSize(1);
    JobDetails job = jobs.get(0);
    assertThat(job.jobId()).isEqualTo(ID);
    assertThat(job.jobName()).isEqualTo("ä");
    assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(List.of(job.startTime(), job.endTime(), job.lastUpdateTime()))
        .containsExactly(5L, -1L, 9L);
    assertThat(job.tasksPerState())
        .containsEntry(ExecutionState.RUNNING, 3)
        .containsEntry(ExecutionState.FINISHED, 1)
        .containsEntry(ExecutionState.FAILED, 0);
  }

  @Test
  void aJobsTasksAreThoseOfAllItsVertices() {
    cluster.answer(
        "GET /jobs/$id",
        200,
        "{'jid':'$id','name':'n','isStoppable':false,'state':'FINISHED','start-time':5,'end-time':6,"
            + "'vertices':[{'tasks':{'RUNNING':2,'FINISHED':1}},{'tasks':{'RUNNING':1}}]}");

    JobDetails job = client.requestJobDetails(ID);

    assertThat(job.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(job.endTime()).isEqualTo(6);
    assertThat(job.tasksPerState())
        .containsEntry(ExecutionState.RUNNING, 3)
        .containsEntry(ExecutionState.FINISHED, 1);
  }

  @Test
  void resultsOfJobs() {
    cluster.endJobs("SUCCEEDED", "");

    assertThat(client.requestJobResult(ID)).isEmpty();
    JobResult result = client.requestJobResult(ID).orElseThrow();

    assertThat(result.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(result.netRuntimeMs()).isEqualTo(1234);
    assertThat(result.failure()).isNull();
  }

  @Test
  void aFailuresCausesAreReadFromItsStackTrace() {
    cluster.endJobs(
        "FAILED",
        ",'failure-cause':{'class':'a.JobException','stack-trace':'a.JobException: Job failed\\n"
            + "\\tat a.B.c(B.java:1)\\nCaused by: b.Wrapped\\n\\tat x\\n\\t... 2 more\\n"
            + "Caused by: java.lang.IllegalStateException: boom: here\\nsecond line\\n\\tat y\\n',"
            + "'serialized-throwable':''}");
    assertThat(client.requestJobResult(ID)).isEmpty();

    JobResult result = client.requestJobResult(ID).orElseThrow();

    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    SerializedThrowable failure = result.failure();
    assertThat(failure).isNotNull();
    assertThat(failure.describe()).isEqualTo("a.JobException: Job failed");
    assertThat(failure.cause().describe()).isEqualTo("b.Wrapped");
    assertThat(failure.rootCause().describe())
        .isEqualTo("java.lang.IllegalStateException: boom: here\nsecond line");
    assertThat(failure.stackTrace()).contains("at a.B.c(B.java:1)");
  }

  @Test
  void cancelIsAPatch() {
    cluster.answer("PATCH /jobs/$id?mode=cancel", 202, "{}");

    client.cancelJob(ID);

    assertThat(cluster.requests()).extracting("method").containsExactly("PATCH");
  }

  @Test
  void theClusterInNumbers() {
    cluster.answer(
        "GET /overview",
        200,
        "{'taskmanagers':2,'slots-total':8,'slots-available':5,'jobs-running':1,'jobs-finished':3,"
            + "'jobs-cancelled':4,'jobs-failed':6,'flink-version':'1.20.1'}");

    assertThat(client.requestOverview()).isEqualTo(new ClusterOverview(2, 8, 5, 1, 3, 4, 6));
  }

  @Test
  void failureOriginIsTheNewestEntryOfTheHistory() {
    assertThat(client.requestFailureOrigin(ID)).isEmpty();
    cluster.answer(
        "GET /jobs/$id/exceptions",
        200,
        "{'exceptionHistory':{'entries':[{'exceptionName':'x','taskName':'words (2/4)',"
            + "'endpoint':'worker-1:41234','taskManagerId':'tm'}]}}");

    assertThat(client.requestFailureOrigin(ID)).hasValue("words (2/4) on worker-1:41234");
  }

  @Test
  void errorsBecomeOneLine() {
    cluster
        .answer("GET /jobs/$id", 404, "{'errors':['Job $id not found\\n\\tat a.b.c']}")
        .answer(
            "GET /overview",
            500,
            "{'errors':['Internal server error.','<Exception on server side:\\na.B: why\\n\\tat c']}")
        .answer("GET /jobs/overview", 503, "no json");

    ClusterException notFound =
        catchThrowableOfType(ClusterException.class, () -> client.requestJobDetails(ID));
    assertThat(notFound).hasMessage("Job " + ID + " not found");
    assertThat(notFound.isNotFound()).isTrue();
    assertThatThrownBy(client::requestOverview).hasMessage("Internal server error.; a.B: why");
    ClusterException unavailable = catchThrowableOfType(ClusterException.class, client::listJobs);
    assertThat(unavailable)
        .hasMessage("The server at " + cluster.address() + " answered with status 503");
    assertThat(unavailable.isTransient()).isTrue();
  }

  @Test
  void anotherServerIsRecognised() {
    cluster.answer("GET /overview", 200, "<html>");
    assertThatThrownBy(client::requestOverview)
        .hasMessageStartingWith("What answers at " + cluster.address() + " does not speak");
  }

  @Test
  void noServerIsToldWithAdvice() {
    cluster.close();
    assertThatThrownBy(client::requestOverview)
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageStartingWith("No cluster answers at " + cluster.address() + ": is it started");
    assertThatThrownBy(() -> client.cancelJob(ID))
        .hasMessageStartingWith("No cluster answers at " + cluster.address());
    assertThatThrownBy(() -> client.submitJob(graph(), List.of()))
        .hasMessageStartingWith("No cluster answers at " + cluster.address());
  }

  @Test
  void waitingOutlivesAnOutage() throws InterruptedException {
    cluster
        .answer("GET /jobs/$id/execution-result", 503, "{'errors':['No leader']}")
        .answer("GET /jobs/$id/execution-result", 404, "{'errors':['Not known yet']}")
        .endJobs("CANCELED", "");
    List<String> outages = new ArrayList<>();
    JobObserver observer =
        new JobObserver() {
          @Override
          public void onOutage(JobID jobId, ClusterException reason) {
            outages.add(String.valueOf(reason.getMessage()));
          }
        };

    JobResult result = new JobExecution(client, ID, "my job", false, observer).await();

    assertThat(result).isEqualTo(new JobResult(ID, "my job", JobStatus.CANCELED, 1234, null));
    assertThat(outages).containsExactly("No leader");
  }

  @Test
  void waitingForAnUnknownJobFails() {
    JobExecution execution = new JobExecution(client, ID, "n", false, JobObserver.NONE);
    assertThatThrownBy(execution::await).isInstanceOf(ClusterException.class);
  }

  @Test
  void addresses() {
    assertThat(RestClusterClient.parseAddress("host", 8081))
        .isEqualTo(URI.create("http://host:8081"));
    assertThat(RestClusterClient.parseAddress("https://host:1/", 8081))
        .isEqualTo(URI.create("https://host:1"));
    assertThat(RestClusterClient.parseAddress("[::1]:99", 8081))
        .isEqualTo(URI.create("http://[::1]:99"));
    for (String wrong : List.of("", "host:abc", "host:99999", "ftp://host", "a b", "h/x")) {
      assertThatThrownBy(() -> RestClusterClient.parseAddress(wrong, 8081))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'" + wrong + "' is not an address: expected host:port, such as localhost:8081");
    }
  }
}
