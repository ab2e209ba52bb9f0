package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * Job results as JSON, as the stores keep them; the failure of a failed job with its whole chain of
 * causes. As strict as {@link JobGraphSerializer}. Stateless.
 */
public final class JobResultSerializer {

  private static final int VERSION = 1;

  private JobResultSerializer() {}

  /** The result as a JSON document in UTF-8. */
  public static byte[] toBytes(JobResult result) {
    ObjectNode root = JsonDocument.newObject();
    root.put("version", VERSION);
    root.put("jobId", result.jobId().toString());
    root.put("jobName", result.jobName());
    root.put("status", result.status().name());
    root.put("netRuntimeMs", result.netRuntimeMs());
    putFailure(root, "failure", result.failure());
    return JsonDocument.write(root);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException with one line, if the bytes are not a valid job result
   */
  public static JobResult fromBytes(byte[] bytes) {
    JsonDocument root = JsonDocument.read("Job result", VERSION, bytes);
    JobID jobId = root.parsed("jobId", JobID::fromHexString);
    String jobName = root.text("jobName");
    JobStatus status = root.oneOf("status", JobStatus.class);
    long netRuntimeMs = root.longInteger("netRuntimeMs");
    SerializedThrowable failure = readFailure(root, "failure");
    root.end();
    return new JobResult(jobId, jobName, status, netRuntimeMs, failure);
  }

  private static void putFailure(
      ObjectNode parent, String field, @Nullable SerializedThrowable failure) {
    ObjectNode target = parent;
    String name = field;
    for (SerializedThrowable next = failure; next != null; next = next.cause()) {
      target = target.putObject(name);
      target.put("class", next.className());
      target.put("message", next.message());
      target.put("stackTrace", next.stackTrace());
      name = "cause";
    }
    target.putNull(name);
  }

  private static @Nullable SerializedThrowable readFailure(JsonDocument parent, String field) {
    if (parent.isAbsent(field)) {
      return null;
    }
    JsonDocument document = parent.object(field);
    String className = document.text("class");
    String message = document.textOrNull("message");
    String stackTrace = document.text("stackTrace");
    SerializedThrowable cause = readFailure(document, "cause");
    document.end();
    return new SerializedThrowable(className, message, stackTrace, cause);
  }
}
