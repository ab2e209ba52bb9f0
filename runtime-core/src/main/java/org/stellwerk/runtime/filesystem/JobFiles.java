package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.persistence.DurableFiles;

/**
 * A directory with one JSON file for each job. A number at the beginning of the name keeps the
 * order in which jobs came; a word at its end may tell their state. A name is changed in one step.
 * Blocking; writes are the lock holder's alone.
 */
final class JobFiles {

  private static final Pattern NAME =
      Pattern.compile("([0-9]{16})-([0-9a-f]{32})(?:\\.([a-z]+))?\\.json");

  private final Path directory;

  JobFiles(Path directory) {
    this.directory = directory;
  }

  /** A job's file; the state is empty if its name has none. */
  record Entry(Path file, long number, JobID jobId, String state) {
    byte[] read() throws IOException {
      return Files.readAllBytes(file);
    }
  }

  /** All files, in the order in which their jobs came. */
  List<Entry> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(JobFiles::parse)
          .flatMap(Optional::stream)
          .sorted(Comparator.comparingLong(Entry::number))
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  Optional<Entry> find(JobID jobId) throws IOException {
    return list().stream().filter(entry -> entry.jobId().equals(jobId)).findFirst();
  }

  /** Writes a job's file: in the place of the one that is there, else behind all others. */
  void put(JobID jobId, String state, byte[] content) throws IOException {
    List<Entry> entries = list();
    Optional<Entry> known =
        entries.stream().filter(entry -> entry.jobId().equals(jobId)).findFirst();
    long number =
        known
            .map(Entry::number)
            .orElseGet(() -> entries.isEmpty() ? 1 : entries.get(entries.size() - 1).number() + 1);
    Files.createDirectories(directory);
    Path file = path(number, jobId, state);
    DurableFiles.write(
        file, directory.resolve(file.getFileName() + ".tmp"), out -> out.write(content));
  }

  /** Gives a file the name of another state. */
  void rename(Entry entry, String state) throws IOException {
    DurableFiles.moveInto(entry.file(), path(entry.number(), entry.jobId(), state));
  }

  void delete(Entry entry) throws IOException {
    Files.deleteIfExists(entry.file());
  }

  /** Removes all files and the directory, if nothing else is in it. */
  void clear() throws IOException {
    for (Entry entry : list()) {
      delete(entry);
    }
    Files.deleteIfExists(directory);
  }

  private Path path(long number, JobID jobId, String state) {
    String suffix = state.isEmpty() ? "" : "." + state;
    return directory.resolve("%016d-%s%s.json".formatted(number, jobId, suffix));
  }

  private static Optional<Entry> parse(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      return Optional.empty();
    }
    String state = name.group(3);
    return Optional.of(
        new Entry(
            file,
            Long.parseLong(name.group(1)),
            JobID.fromHexString(name.group(2)),
            state == null ? "" : state));
  }
}
