package org.stellwerk.runtime.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.blob.BlobClient;
import org.stellwerk.runtime.blob.FileBlobStore;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.contract.HighAvailabilityContract;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.BlobOptions;

/** What a disk without room costs: nothing that was stored, and nothing half-written is read. */
class FullDiskTest extends HighAvailabilityContract {

  private static final JobGraph JOB = JobStoreContract.graph(1, 20_000);
  private static final JobGraph LATER = JobStoreContract.graph(2, 20_000);

  private @TempDir Path directory;
  private SmallDisk disk;
  private FileMembers members;
  private HighAvailabilityServices member;
  private JobStore jobs;
  private UUID session;

  @BeforeEach
  void lead() throws Exception {
    disk = SmallDisk.mount(directory);
    members = new FileMembers(directory);
    member = newMember();
    jobs = member.jobStore();
    session = lead(member);
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      members.close();
      disk.unmount();
    }
  }

  @Override
  protected HighAvailabilityServices createMember() {
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices expired) throws IOException {
    members.takeLock();
  }

  private static void assertNoRoom(CompletableFuture<?> write, String where) {
    assertThat(write)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(StoreUnavailableException.class)
        .withMessageContaining(where)
        .withMessageContaining("No space left on device");
  }

  private List<String> files(String name) throws IOException {
    try (Stream<Path> files = Files.list(members.file(name))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void aJobThatDoesNotFitIsNotStoredAndThoseBeforeAreKept() throws Exception {
    result(jobs.putJob(session, JOB));
    disk.fill();
    assertNoRoom(jobs.putJob(session, LATER), members.file("").toString());
    assertNoRoom(jobs.putJob(session, JOB), members.file("").toString());
    assertThat(files("jobs")).containsExactly("0000000000000001-" + JOB.jobId() + ".json");
    assertThat(JobStoreContract.graphs(jobs)).containsExactly(JOB);
    disk.free();
    result(jobs.putJob(session, LATER));
    assertThat(JobStoreContract.graphs(jobs)).containsExactly(JOB, LATER);
  }

  @Test
  void progressThatDoesNotFitLeavesTheFormer() throws Exception {
    JobProgress former = JobStoreContract.progress(1, 5);
    JobProgress later = JobStoreContract.largeProgress(1, 2);
    result(jobs.putJob(session, JOB));
    result(jobs.putProgress(session, former));
    disk.fill();
    assertNoRoom(jobs.putProgress(session, later), members.file("").toString());
    assertThat(result(jobs.recoverJobs()))
        .extracting(StoredJob::progress)
        .containsExactly(Optional.of(former));
    assertThat(files("progress")).hasSize(1);
  }

  @Test
  void aResultThatDoesNotFitIsStoredLaterAndACleanUpNeedsNoRoom() throws Exception {
    JobResult ended = new JobResult(JOB.jobId(), "ended", JobStatus.FINISHED, 17, null);
    JobID laterId = LATER.jobId();
    JobResult later = new JobResult(laterId, "later", JobStatus.CANCELED, 18, null);
    result(jobs.putJob(session, JOB));
    result(member.jobResultStore().createDirtyResult(session, ended));
    disk.fill();
    assertNoRoom(
        member.jobResultStore().createDirtyResult(session, later), members.file("").toString());
    assertThat(result(member.jobResultStore().getResult(laterId))).isEmpty();
    result(jobs.removeJob(session, JOB.jobId()));
    disk.fill();
    result(member.jobResultStore().markResultAsClean(session, JOB.jobId()));
    assertThat(result(member.jobResultStore().getResult(JOB.jobId()))).contains(ended);
    disk.free();
    result(member.jobResultStore().createDirtyResult(session, later));
    assertThat(result(member.jobResultStore().getDirtyResults())).containsExactly(later);
  }

  @Test
  void aLeaderIsPublishedOnceThereIsRoom() throws Exception {
    disk.fill();
    assertNoRoom(
        member.leaderElection().confirmLeadership(information(session)),
        members.file("").toString());
    disk.free();
    result(member.leaderElection().confirmLeadership(information(session)));
  }

  @Test
  void aJarThatDoesNotFitIsNotThere(@TempDir Path elsewhere) throws Exception {
    Path jar = Files.writeString(elsewhere.resolve("a.jar"), "content of a jar".repeat(10_000));
    Path blobs = directory.resolve("blobs");
    FileBlobStore store =
        FileBlobStore.open(
            Configuration.empty().with(BlobOptions.STORAGE_DIRECTORY, blobs.toString()),
            "localhost",
            "localhost",
            Runnable::run);
    try {
      disk.fill();
      assertThat(store.put(jar))
          .failsWithin(PATIENCE)
          .withThrowableThat()
          .withMessageContaining("Cannot store " + jar + ": the directory of jars (below")
          .withMessageEndingWith(".tmp: No space left on device");
      try (Stream<Path> left = Files.list(blobs)) {
        assertThat(left).isEmpty();
      }
      disk.free();
      BlobKey key = result(store.put(jar));
      assertThat(blobs.resolve(key.sha256())).hasSameBinaryContentAs(jar);
      assertThatNoFetchIsLeft(store, key, jar);
    } finally {
      result(store.closeAsync());
    }
  }

  /** A TaskManager on a full disk says so, rather than that the way to the JobManager is broken. */
  private void assertThatNoFetchIsLeft(FileBlobStore store, BlobKey key, Path jar)
      throws Exception {
    BlobClient client = new BlobClient(1, Duration.ofSeconds(5), Duration.ofMillis(1));
    Path cache = Files.createDirectory(directory.resolve("cache"));
    Path target = cache.resolve("a.jar");
    disk.fill();
    assertThatThrownBy(() -> client.fetch(store.serverAddress(), key, target))
        .hasMessageStartingWith("Cannot keep the jar from " + store.serverAddress() + key)
        .hasMessageContaining(".tmp: No space left on device (2 attempts); make room");
    assertThat(cache).isEmptyDirectory();
    disk.free();
    client.fetch(store.serverAddress(), key, target);
    assertThat(target).hasSameBinaryContentAs(jar);
  }
}
