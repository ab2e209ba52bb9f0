package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of 1 MiB in a directory of the test's, which can be filled. Where this process may
 * not mount one, the test is skipped.
 */
final class SmallDisk {

  private static final int CHUNK_BYTES = 1 << 10;

  private final Path directory;
  private final Path filling;

  private SmallDisk(Path directory) {
    this.directory = directory;
    this.filling = directory.resolve("filling");
  }

  static SmallDisk mount(Path directory) throws Exception {
    boolean mounted =
        run(List.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString()));
    Assumptions.assumeTrue(mounted, "needs the right to mount a file system");
    return new SmallDisk(directory);
  }

  /** Leaves no room. */
  void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(filling)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      while (true) {
        out.write(chunk);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left on device")) {
        throw e;
      }
    }
  }

  /** Makes room again. */
  void free() throws IOException {
    Files.delete(filling);
  }

  void unmount() throws Exception {
    run(List.of("umount", "--lazy", directory.toString()));
  }

  static boolean run(List<String> command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return false; // no such program here
    }
    process.getInputStream().readAllBytes();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
