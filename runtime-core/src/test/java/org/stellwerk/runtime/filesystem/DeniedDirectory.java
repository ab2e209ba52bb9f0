package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.function.Executable;

/**
 * A directory in which this process may make nothing for a while: by its rights, or, for a user
 * whom no rights stop, by a read-only mount. Where neither can be had, the test is skipped.
 */
final class DeniedDirectory {

  private DeniedDirectory() {}

  static void whileDenied(Path directory, Executable action) throws Throwable {
    setRights(directory, "r-xr-xr-x");
    try {
      if (!Files.isWritable(directory)) {
        action.execute();
        return;
      }
    } finally {
      setRights(directory, "rwxr-xr-x");
    }
    String name = directory.toString();
    boolean bound = SmallDisk.run(List.of("mount", "--bind", name, name));
    Assumptions.assumeTrue(bound, "needs a user without all rights, or the right to mount");
    try {
      boolean readOnly = SmallDisk.run(List.of("mount", "-o", "remount,bind,ro", name));
      Assumptions.assumeTrue(readOnly, "needs the right to mount read-only");
      action.execute();
    } finally {
      SmallDisk.run(List.of("umount", "--lazy", name));
    }
  }

  private static void setRights(Path directory, String rights) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(rights));
  }
}
