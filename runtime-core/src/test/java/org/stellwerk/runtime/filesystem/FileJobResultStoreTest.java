package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.JobResultStoreContract;

class FileJobResultStoreTest extends JobResultStoreContract {

  private final FileMembers members;

  FileJobResultStoreTest(@TempDir Path directory) {
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
}
