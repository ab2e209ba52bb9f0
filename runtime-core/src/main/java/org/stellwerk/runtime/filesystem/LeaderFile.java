package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.persistence.DurableFiles;
import org.stellwerk.runtime.persistence.LeaderInformationSerializer;

/**
 * Where the leader publishes itself: a line that names its process, then the information as JSON.
 * What a process that is no more has left there counts as nothing; all processes must therefore see
 * each other's ids, as those of one host do, but not those of containers. Blocking.
 */
final class LeaderFile {

  private static final Pattern CONTENT =
      Pattern.compile("process ([0-9]+) started ([0-9]+)\n(.*)", Pattern.DOTALL);

  private static final Logger LOG = LoggerFactory.getLogger(LeaderFile.class);

  private final Path file;
  private volatile @Nullable String lastIgnored;

  LeaderFile(Path file) {
    this.file = file;
  }

  Path directory() {
    return file.getParent();
  }

  /** Publishes this process as the leader; only for the holder of the lock. */
  void publish(LeaderInformation information) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    String head = "process " + self.pid() + " started " + startOf(self) + "\n";
    byte[] body = LeaderInformationSerializer.toBytes(information);
    DurableFiles.write(
        file,
        file.resolveSibling(file.getFileName() + "." + information.sessionId()),
        out -> {
          out.write(head.getBytes(StandardCharsets.UTF_8));
          out.write(body);
        });
  }

  /**
   * The leader whose process is there; nobody if somebody else wrote to the file, which the leader
   * corrects.
   */
  Optional<LeaderInformation> read() throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Matcher content = CONTENT.matcher(text);
    if (!content.matches()) {
      return ignored(text, "it begins with no process");
    }
    long pid = Long.parseLong(content.group(1));
    if (!lives(pid, Long.parseLong(content.group(2)))) {
      return Optional.empty();
    }
    byte[] json = content.group(3).getBytes(StandardCharsets.UTF_8);
    try {
      return Optional.of(LeaderInformationSerializer.fromBytes(json));
    } catch (IllegalArgumentException e) {
      return ignored(text, e.getMessage());
    }
  }

  /** Says so once, however often it is read. */
  private Optional<LeaderInformation> ignored(String text, @Nullable String why) {
    if (!text.equals(lastIgnored)) {
      lastIgnored = text;
      LOG.warn("Ignoring {}, which does not say who leads: {}", file, why);
    }
    return Optional.empty();
  }

  /** Removes what a session has published; nothing if it is another's. */
  void remove(UUID session) throws IOException {
    Optional<LeaderInformation> published = read();
    if (published.isPresent() && published.get().sessionId().equals(session)) {
      Files.deleteIfExists(file);
    }
  }

  /** Removes whatever is there; only for the holder of the lock. */
  void clear() throws IOException {
    Files.deleteIfExists(file);
  }

  private static boolean lives(long pid, long started) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> startOf(process) == started)
        .isPresent();
  }

  /** When the process began, as its host tells; 0 if it does not. */
  private static long startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
