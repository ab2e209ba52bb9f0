package org.stellwerk.runtime.blob;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.persistence.DurableFiles;

/**
 * The directory of a {@link FileBlobStore}: a file that is named by its key, and beside it those
 * that were set aside to be deleted, under names that are never used again. What is set aside is
 * there all the same until it is deleted, so whoever deletes may find out in between that it must
 * not. Blocking; thread-safe, also across processes.
 */
final class BlobFiles {

  private static final String ASIDE = ".aside-";
  private static final int MAX_ATTEMPTS = 5;

  private final Path directory;

  BlobFiles(Path directory) {
    this.directory = directory;
  }

  Path path(BlobKey key) {
    return directory.resolve(key.sha256());
  }

  /** Opens the content, also while it is set aside. */
  SeekableByteChannel open(BlobKey key) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Path file = path(key);
      try {
        if (!Files.exists(file)) {
          List<Path> aside = aside(key);
          file = aside.isEmpty() ? file : aside.get(0);
        }
        return Files.newByteChannel(file);
      } catch (NoSuchFileException e) {
        // Between the look and the opening it may have been set aside, or put back.
        if (attempt == MAX_ATTEMPTS || (aside(key).isEmpty() && !Files.exists(path(key)))) {
          throw e;
        }
      }
    }
  }

  /** Whether the content is there; from then on it is in its place, whoever had set it aside. */
  boolean claim(BlobKey key) throws IOException {
    for (Path aside : aside(key)) {
      if (Files.isRegularFile(path(key))) {
        break;
      }
      putBack(key, aside);
    }
    return Files.isRegularFile(path(key));
  }

  /** Takes the content, and what others had set aside of it, out of its place. */
  List<Path> setAside(BlobKey key) throws IOException {
    List<Path> all = new ArrayList<>(aside(key));
    all.add(path(key));
    List<Path> mine = new ArrayList<>();
    for (Path file : all) {
      Path target = directory.resolve(key.sha256() + ASIDE + UUID.randomUUID());
      try {
        DurableFiles.moveInto(file, target);
        mine.add(target);
      } catch (NoSuchFileException e) {
        // It is gone, or another's now.
      }
    }
    return mine;
  }

  void putBack(BlobKey key, Path aside) throws IOException {
    try {
      DurableFiles.moveInto(aside, path(key));
    } catch (NoSuchFileException e) {
      // Somebody else has put it back, or deleted it for good.
    }
  }

  private List<Path> aside(BlobKey key) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, key.sha256() + ASIDE + "*")) {
      found.forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return files;
  }
}
