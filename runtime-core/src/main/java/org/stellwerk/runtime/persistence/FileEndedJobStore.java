package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;

/**
 * Jobs that are over, a compressed JSON file for each; the time of the end begins the name, so that
 * the names' order is that of the ends. Its fields are the records' components: what another
 * version wrote may be unreadable, which is a failure of that entry. Driver; blocks the executor.
 */
public final class FileEndedJobStore implements EndedJobStore {

  private static final Pattern NAME = Pattern.compile("([0-9]{16})-([0-9a-f]{32})\\.json\\.gz");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setVisibility(PropertyAccessor.GETTER, Visibility.NONE)
          .setVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .setVisibility(PropertyAccessor.FIELD, Visibility.ANY);

  private final Path directory;
  private final int capacity;
  private final Executor io;

  /** A store in a directory of its own, which need not exist; keeps so many jobs. */
  public FileEndedJobStore(Path directory, int capacity, Executor io) {
    this.directory = directory;
    this.capacity = capacity;
    this.io = io;
  }

  @Override
  public CompletableFuture<Void> put(ArchivedExecutionGraph job) {
    return async(
        () -> {
          byte[] compressed = compress(job);
          Files.createDirectories(directory);
          long end = Math.max(0, job.endTime());
          Path file = directory.resolve("%016d-%s.json.gz".formatted(end, job.jobId()));
          DurableFiles.write(
              file, directory.resolve(file.getFileName() + ".tmp"), out -> out.write(compressed));
          deleteOldest(file, job.jobId());
          return null;
        });
  }

  private static byte[] compress(ArchivedExecutionGraph job) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
      JSON.writeValue(zipped, job);
    }
    return bytes.toByteArray();
  }

  /** Keeps one entry of the job, and of all as many as there may be. */
  private void deleteOldest(Path written, JobID jobId) throws IOException {
    int kept = 0;
    for (Path file : newestFirst()) {
      boolean replaced = !file.equals(written) && jobOf(file).equals(jobId);
      if (replaced || kept == capacity) {
        Files.deleteIfExists(file);
      } else {
        kept++;
      }
    }
  }

  @Override
  public CompletableFuture<Optional<ArchivedExecutionGraph>> get(JobID jobId) {
    return async(
        () -> {
          for (Path file : newestFirst()) {
            if (jobOf(file).equals(jobId)) {
              return Optional.of(read(file));
            }
          }
          return Optional.empty();
        });
  }

  private static ArchivedExecutionGraph read(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return JSON.readValue(in, ArchivedExecutionGraph.class);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("Cannot read the job that is over in " + file + ": " + e, e);
    }
  }

  @Override
  public CompletableFuture<List<JobID>> list() {
    return async(() -> newestFirst().stream().map(FileEndedJobStore::jobOf).toList());
  }

  /** Removes all; blocks. */
  public void clear() throws IOException {
    for (Path file : newestFirst()) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(directory);
  }

  private List<Path> newestFirst() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> entries = new ArrayList<>(files.filter(file -> matcher(file).matches()).toList());
      entries.sort(Comparator.comparing((Path file) -> file.getFileName().toString()).reversed());
      return entries;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Matcher matcher(Path file) {
    return NAME.matcher(String.valueOf(file.getFileName()));
  }

  private static JobID jobOf(Path file) {
    Matcher matcher = matcher(file);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(file + " is not an entry");
    }
    return JobID.fromHexString(matcher.group(2));
  }

  private <T> CompletableFuture<T> async(Callable<T> action) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return action.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        io);
  }
}
