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
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;

/**
 * Jobs that are over, a compressed JSON file for each; the time of the end begins the name, so that
 * the names' order is that of the ends. Its fields are the records' components: what another
 * version wrote may be unreadable, which is a failure of that entry. Driver; blocks the executor.
 *
 * <p>What is there is known in memory, so that a job's end costs no look at all the others. It is
 * looked at again when all are listed, as each new leader does, and for a job that is not known.
 */
public final class FileEndedJobStore implements EndedJobStore {

  private static final Logger LOG = LoggerFactory.getLogger(FileEndedJobStore.class);
  private static final String SUFFIX = ".json.gz";
  private static final Pattern NAME = Pattern.compile("([0-9]{16})-([0-9a-f]{32})\\.json\\.gz");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setVisibility(PropertyAccessor.GETTER, Visibility.NONE)
          .setVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .setVisibility(PropertyAccessor.FIELD, Visibility.ANY);

  private final Path directory;
  private final int capacity;
  private final Executor io;

  /** The names of all entries, the newest first; null until they are read. Guarded by this. */
  private @Nullable NavigableSet<String> names;

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
          Path file = directory.resolve("%016d-%s".formatted(end, job.jobId()) + SUFFIX);
          DurableFiles.writeAmongOthers(file, out -> out.write(compressed));
          added(String.valueOf(file.getFileName()), job.jobId());
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
  private synchronized void added(String written, JobID jobId) throws IOException {
    NavigableSet<String> known = names == null ? look() : names;
    known.add(written);
    for (String name : entriesOf(jobId, known)) {
      if (!name.equals(written)) {
        known.remove(name);
        Files.deleteIfExists(directory.resolve(name));
      }
    }
    while (known.size() > capacity) {
      Files.deleteIfExists(directory.resolve(known.last()));
      known.pollLast();
    }
  }

  @Override
  public CompletableFuture<Optional<ArchivedExecutionGraph>> get(JobID jobId) {
    return async(
        () -> {
          Optional<String> name = newest(jobId);
          return name.isPresent()
              ? Optional.of(read(directory.resolve(name.get())))
              : Optional.empty();
        });
  }

  private synchronized Optional<String> newest(JobID jobId) throws IOException {
    Optional<String> known =
        names == null ? Optional.empty() : entriesOf(jobId, names).stream().findFirst();
    return known.isPresent() ? known : entriesOf(jobId, look()).stream().findFirst();
  }

  /** The newest first. */
  private static List<String> entriesOf(JobID jobId, NavigableSet<String> known) {
    String end = "-" + jobId + SUFFIX;
    return known.stream().filter(name -> name.endsWith(end)).toList();
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
    return async(() -> look().stream().map(FileEndedJobStore::jobOf).toList());
  }

  /** Removes all; blocks. */
  public void clear() throws IOException {
    for (String name : look()) {
      Files.deleteIfExists(directory.resolve(name));
    }
    look();
    Files.deleteIfExists(directory);
  }

  /** What is on the disk. */
  private synchronized NavigableSet<String> look() throws IOException {
    NavigableSet<String> found = new TreeSet<>(Comparator.reverseOrder());
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> NAME.matcher(name).matches())
          .forEach(found::add);
    } catch (NoSuchFileException e) {
      LOG.debug("No job has ended yet: there is no {}", directory);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    names = found;
    return found;
  }

  private static JobID jobOf(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name + " is not an entry");
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
