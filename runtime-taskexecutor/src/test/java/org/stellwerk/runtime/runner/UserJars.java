package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.stellwerk.runtime.id.BlobKey;

/** Jars of user code, made from source by the test, and a fetcher that has them. */
final class UserJars implements JarFetcher {

  private static final Pattern PUBLIC_CLASS = Pattern.compile("public (?:final )?class (\\w+)");

  final Map<BlobKey, Path> blobs = new ConcurrentHashMap<>();
  final AtomicInteger fetches = new AtomicInteger();
  private final Path directory;

  UserJars(Path directory) {
    this.directory = directory;
  }

  /** A jar of public classes in the package "user", one per source. */
  BlobKey compile(String name, String... sources) throws Exception {
    Path folder = Files.createDirectories(directory.resolve("src-" + name + "/user"));
    Path classes = Files.createDirectories(directory.resolve("classes-" + name));
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPathOfTests()));
    for (String source : sources) {
      Matcher matcher = PUBLIC_CLASS.matcher(source);
      assertThat(matcher.find()).isTrue();
      Path file = folder.resolve(matcher.group(1) + ".java");
      arguments.add(Files.writeString(file, source).toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    Path jar = directory.resolve(name + ".jar");
    pack(classes, jar);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
    BlobKey key = new BlobKey(HexFormat.of().formatHex(hash));
    blobs.put(key, jar);
    return key;
  }

  private static String classPathOfTests() {
    return System.getProperty("java.class.path");
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        var files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        entries.write(Files.readAllBytes(file));
      }
    }
  }

  @Override
  public void fetch(String serverAddress, BlobKey key, Path target) throws IOException {
    fetches.incrementAndGet();
    Path blob = blobs.get(key);
    if (blob == null) {
      throw new IOException("No blob " + key + " at " + serverAddress);
    }
    Files.copy(blob, target);
  }
}
