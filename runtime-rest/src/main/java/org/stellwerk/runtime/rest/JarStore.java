package org.stellwerk.runtime.rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/**
 * The jars that were uploaded to this endpoint, in a directory on its disk; each under an id that
 * is its file name: a fresh UUID, "_", and the name it was uploaded with. Thread-safe by way of the
 * file system.
 */
final class JarStore {

  private static final String SUFFIX = ".jar";

  private final Path directory;

  /** One uploaded jar; the main class is the one its manifest names. */
  record Jar(String id, String name, long uploadedMs, Optional<String> mainClass) {}

  JarStore(Path directory) {
    this.directory = directory;
  }

  /** Takes a file over; 400 if it is not a jar. */
  Path add(Path file, String name) throws IOException {
    if (!name.endsWith(SUFFIX)) {
      throw RestException.badRequest(
          "'" + name + "' is not a jar: its name does not end with .jar");
    }
    try {
      mainClass(file);
    } catch (ZipException e) {
      throw RestException.badRequest("'" + name + "' is not a jar: " + e.getMessage());
    }
    Files.createDirectories(directory);
    return Files.move(file, directory.resolve(UUID.randomUUID() + "_" + name));
  }

  /** All jars, the latest first. */
  List<Jar> list() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Jar> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        readIfPresent(file).ifPresent(jars::add);
      }
    }
    jars.sort(Comparator.comparingLong(Jar::uploadedMs).reversed());
    return jars;
  }

  /** One that is deleted meanwhile is not listed. */
  private static Optional<Jar> readIfPresent(Path file) throws IOException {
    String id = String.valueOf(file.getFileName());
    try {
      return Optional.of(
          new Jar(
              id,
              id.substring(id.indexOf('_') + 1),
              Files.getLastModifiedTime(file).toMillis(),
              mainClass(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The file of a jar; 404 if there is none of this id. */
  Path find(String id) {
    Path file = directory.resolve(id).normalize();
    if (!directory.equals(file.getParent()) || !Files.isRegularFile(file)) {
      throw RestException.notFound("No jar with the id '" + id + "' was uploaded");
    }
    return file;
  }

  private static Optional<String> mainClass(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      return manifest == null
          ? Optional.empty()
          : Optional.ofNullable(manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS));
    }
  }
}
