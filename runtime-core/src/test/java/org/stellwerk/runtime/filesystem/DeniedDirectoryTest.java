package org.stellwerk.runtime.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.blob.FileBlobStore;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.contract.HighAvailabilityContract;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.BlobOptions;

/** A directory that is not for this process: said at once, as nothing that will pass. */
class DeniedDirectoryTest extends HighAvailabilityContract {

  private static final JobGraph JOB = JobStoreContract.graph(1, 10);

  @TempDir Path directory;
  private FileMembers members;

  @Override
  protected HighAvailabilityServices createMember() throws IOException {
    members = new FileMembers(directory);
    Files.createDirectories(members.file(""));
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices expired) throws IOException {
    members.takeLock();
  }

  @AfterEach
  void closeExecutor() {
    if (members != null) {
      members.close();
    }
  }

  private static void assertDenied(CompletableFuture<?> call, String what, Path where) {
    assertThat(call)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreAccessDeniedException.class)
        .withMessageContaining(what)
        .withMessageContaining(" at " + where + " cannot be used: ")
        .withMessageContaining("; let user '" + System.getProperty("user.name") + "'");
  }

  @Test
  void noStoreCallsThatAnOutageAndAllWorkOnceItIsMended() throws Throwable {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobResult ended = new JobResult(JOB.jobId(), "ended", JobStatus.FINISHED, 17, null);
    Path denied = members.file("");
    String key = "'high-availability.storageDir'";
    DeniedDirectory.whileDenied(
        denied,
        () -> {
          assertDenied(member.jobStore().putJob(session, JOB), key, denied);
          assertDenied(member.jobResultStore().createDirtyResult(session, ended), key, denied);
          assertDenied(
              member.leaderElection().confirmLeadership(information(session)), key, denied);
          assertThat(result(member.jobStore().recoverJobs())).isEmpty();
        });
    result(member.jobStore().putJob(session, JOB));
    result(member.jobResultStore().createDirtyResult(session, ended));
    result(member.leaderElection().confirmLeadership(information(session)));
  }

  @Test
  void whoCannotContendIsTold() throws Throwable {
    HighAvailabilityServices member = newMember();
    DeniedDirectory.whileDenied(
        members.file(""),
        () -> {
          RecordingContender contender = contend(member);
          eventually(
              () ->
                  assertThat(contender.errors())
                      .first(InstanceOfAssertFactories.THROWABLE)
                      .isInstanceOf(StoreAccessDeniedException.class)
                      .hasMessageStartingWith("'high-availability.storageDir' at "));
          assertThat(contender.grants()).isEmpty();
        });
  }

  @Test
  void jarsAreNotTaken(@TempDir Path blobs, @TempDir Path elsewhere) throws Throwable {
    Path jar = Files.writeString(elsewhere.resolve("a.jar"), "content of a jar");
    FileBlobStore store = open(blobs);
    DeniedDirectory.whileDenied(
        blobs,
        () -> {
          assertDenied(store.put(jar), "Cannot store " + jar + ": the directory of jars", blobs);
          assertThatThrownBy(() -> open(blobs))
              .isInstanceOf(StoreAccessDeniedException.class)
              .hasMessageContainingAll("'blob.storage.directory'", blobs + " cannot be used");
        });
    result(store.put(jar));
    result(store.closeAsync());
  }

  private static FileBlobStore open(Path blobs) throws IOException {
    return FileBlobStore.open(
        Configuration.empty().with(BlobOptions.STORAGE_DIRECTORY, blobs.toString()),
        "localhost",
        "localhost",
        Runnable::run);
  }
}
