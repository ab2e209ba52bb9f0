package org.stellwerk.runtime.messages;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;

/**
 * What all tasks of a job share.
 *
 * @param blobServerAddress the base URL under which the jars can be fetched
 */
public record JobInformation(
    JobID jobId,
    String jobName,
    Map<String, String> jobConfiguration,
    List<BlobKey> userJars,
    String blobServerAddress) {

  public JobInformation {
    jobConfiguration = Collections.unmodifiableMap(new TreeMap<>(jobConfiguration));
    userJars = List.copyOf(userJars);
  }
}
