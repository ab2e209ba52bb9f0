package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.util.IdGenerator;

/** Members of a cluster in a directory. */
final class FileMembers implements AutoCloseable {

  private final ExecutorService io = Executors.newFixedThreadPool(4);
  private final Path directory;

  FileMembers(Path directory) {
    this.directory = directory;
  }

  FileHighAvailabilityServices create() {
    return FileHighAvailabilityServices.create(
        Configuration.empty()
            .with(HighAvailabilityOptions.STORAGE_DIR, directory.toUri().toString())
            .with(HighAvailabilityOptions.CLUSTER_ID, "/test"),
        io,
        IdGenerator.secure());
  }

  Path file(String name) {
    return directory.resolve("test").resolve(name);
  }

  /** Takes the leader's lock away. */
  void takeLock() throws IOException {
    Files.delete(file("leader.lock"));
  }

  @Override
  public void close() {
    io.shutdownNow();
  }
}
