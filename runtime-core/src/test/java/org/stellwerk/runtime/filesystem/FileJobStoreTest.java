package org.stellwerk.runtime.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;

class FileJobStoreTest extends JobStoreContract {

  private final FileMembers members;

  FileJobStoreTest(@TempDir Path directory) {
    members = new FileMembers(directory);
  }

  @Override
  protected HighAvailabilityServices createMember() {
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws IOException {
    members.takeLock();
  }

  @Test
  void aFileThatIsNoJobIsNamed() throws IOException {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    result(member.jobStore().putJob(session, graph(7, 10)));
    Path file = members.file("jobs/0000000000000001-%s.json".formatted(graph(7, 10).jobId()));
    Files.writeString(file, "{\"version\": 1, \"jobId\": 7}");
    assertThat(member.jobStore().recoverJobs())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("Job " + graph(7, 10).jobId() + " in " + file)
        .withMessageContaining("delete it to give the job up");
  }

  @Test
  void aFileThatIsNoProgressIsNamed() throws IOException {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    result(member.jobStore().putJob(session, graph(7, 10)));
    result(member.jobStore().putProgress(session, progress(7, 10)));
    Path file = members.file("progress/0000000000000001-%s.json".formatted(graph(7, 10).jobId()));
    Files.writeString(file, "{\"version\": 2}");
    assertThat(member.jobStore().recoverJobs())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("The progress of job " + graph(7, 10).jobId() + " in " + file)
        .withMessageContaining("'version' is 2, but this version of Stellwerk reads 1 only")
        .withMessageContaining("delete it to let the job begin from its start");
  }

  /** As of a leader that was killed while it wrote: the next one writes under the same name. */
  @Test
  void whatADeadLeaderHasHalfWrittenStopsNoOther() throws IOException {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    String name = "0000000000000001-%s.json".formatted(graph(7, 10).jobId());
    for (String directory : List.of("jobs", "progress")) {
      Files.createDirectories(members.file(directory));
      Files.writeString(members.file(directory + "/" + name + ".tmp"), "{");
    }
    result(member.jobStore().putJob(session, graph(7, 10)));
    result(member.jobStore().putProgress(session, progress(7, 10)));
    assertThat(graphs(member.jobStore())).containsExactly(graph(7, 10));
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsAnOutageAndChangesNothing() throws IOException {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    Files.writeString(members.file("jobs"), "a file where the directory should be");
    assertThat(member.jobStore().putJob(session, graph(1, 10)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(StoreUnavailableException.class);
    Files.delete(members.file("jobs"));
    result(member.jobStore().putJob(session, graph(1, 10)));
    assertThat(graphs(member.jobStore())).containsExactly(graph(1, 10));
  }
}
