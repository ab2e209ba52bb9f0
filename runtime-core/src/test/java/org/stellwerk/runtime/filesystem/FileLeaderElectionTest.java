package org.stellwerk.runtime.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.LeaderElectionContract;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.highavailability.contract.RecordingListener;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

class FileLeaderElectionTest extends LeaderElectionContract {

  private final FileMembers members;
  private final Path directory;

  FileLeaderElectionTest(@TempDir Path directory) {
    this.directory = directory;
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

  /** Leads in a process of its own until that is killed; prints the session. */
  static final class Leader {
    private Leader() {}

    public static void main(String[] args) throws Exception {
      HighAvailabilityServices services = new FileMembers(Path.of(args[0])).create();
      UUID session = lead(services);
      result(services.leaderElection().confirmLeadership(information(session)));
      System.out.println(session);
      Thread.currentThread().join();
    }
  }

  @Test
  void aKilledLeaderIsSeenToBeGoneAndTheStandbyLeads() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Leader.class.getName(),
                    directory.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      UUID theirs = UUID.fromString(out.readLine());
      HighAvailabilityServices standby = newMember();
      RecordingListener listener = new RecordingListener();
      standby.newLeaderRetrieval().start(listener);
      listener.awaitLast(Optional.of(information(theirs)));
      RecordingContender contender = contend(standby);
      assertThat(contender.grants()).isEmpty();

      process.destroyForcibly().waitFor();

      listener.awaitLast(Optional.empty());
      UUID ours = contender.awaitGrants(1).get(0);
      assertThat(ours).isNotEqualTo(theirs);
      result(standby.leaderElection().confirmLeadership(information(ours)));
      listener.awaitLast(Optional.of(information(ours)));
      assertThat(listener.errors()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatADeadProcessHasPublishedCountsAsNothing() throws Exception {
    Files.createDirectories(members.file("leader").getParent());
    LeaderFile file = new LeaderFile(members.file("leader"));
    LeaderInformation information = information(new UUID(0, 1));
    file.publish(information);
    assertThat(file.read()).contains(information);
    String text = Files.readString(members.file("leader"));
    Files.writeString(
        members.file("leader"), text.replaceFirst("started [0-9]+", "started 1234567"));
    assertThat(file.read()).as("another process with the same id").isEmpty();
  }

  @Test
  void aLeaderFileThatIsNoneCountsAsNothing() throws Exception {
    Files.createDirectories(members.file("leader").getParent());
    for (String text : List.of("me", "process 1 started 1\n{}", "")) {
      Files.writeString(members.file("leader"), text);
      assertThat(new LeaderFile(members.file("leader")).read()).as(text).isEmpty();
    }
  }

  @Test
  void whatSomebodyWroteOverTheLeaderIsCorrected() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingListener listener = new RecordingListener();
    newMember().newLeaderRetrieval().start(listener);
    UUID session = lead(member);
    result(member.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    Files.writeString(members.file("leader"), "me");
    eventually(() -> assertThat(published()).contains(information(session)));
    new LeaderFile(members.file("leader")).publish(information(new UUID(0, 1)));
    eventually(() -> assertThat(published()).contains(information(session)));
    Files.delete(members.file("leader"));
    eventually(() -> assertThat(published()).contains(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    assertThat(listener.errors()).isEmpty();
  }

  private Optional<LeaderInformation> published() {
    try {
      return new LeaderFile(members.file("leader")).read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
