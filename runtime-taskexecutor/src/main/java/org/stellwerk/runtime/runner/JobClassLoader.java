package org.stellwerk.runtime.runner;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.classloading.UserClassLoader;

/**
 * The class loader of one job's tasks: loads its classes with calls that would end the JVM
 * rewritten, and knows whom to tell of such a call. Thread-safe.
 */
final class JobClassLoader extends UserClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final Logger LOG = LoggerFactory.getLogger(JobClassLoader.class);

  private record Jar(JarFile file, URL url) {}

  private final List<Jar> jars = new ArrayList<>();
  private final Consumer<UserExitError> exitListener;
  private volatile boolean hasDrivers;

  /**
   * A loader of its own for one job.
   *
   * @param files the job's jars, in class path order
   * @param exitListener told of calls that would end the JVM, in the thread of the call
   * @throws IOException if a file is not a jar
   */
  JobClassLoader(
      String name, List<Path> files, ClassLoader parent, Consumer<UserExitError> exitListener)
      throws IOException {
    super(name, urlsOf(files), parent);
    this.exitListener = exitListener;
    try {
      for (Path file : files) {
        jars.add(new Jar(open(file.toFile()), urlOf(file)));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static JarFile open(File file) throws IOException {
    return new JarFile(file, false, ZipFile.OPEN_READ, Runtime.version());
  }

  private static URL[] urlsOf(List<Path> files) throws MalformedURLException {
    URL[] urls = new URL[files.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = urlOf(files.get(i));
    }
    return urls;
  }

  private static URL urlOf(Path file) throws MalformedURLException {
    return file.toAbsolutePath().toUri().toURL();
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/').concat(".class");
    for (Jar jar : jars) {
      ZipEntry entry = jar.file.getEntry(path);
      if (entry != null) {
        return define(name, jar, entry);
      }
    }
    throw new ClassNotFoundException(name);
  }

  private Class<?> define(String name, Jar jar, ZipEntry entry) throws ClassNotFoundException {
    byte[] original;
    try (InputStream in = jar.file.getInputStream(entry)) {
      original = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException("Class " + name + " cannot be read from " + jar.url, e);
    }
    byte[] rewritten = rewrite(name, original);
    Class<?> defined = rewritten == original ? super.findClass(name) : define(name, jar, rewritten);
    for (Class<?> implemented : defined.getInterfaces()) {
      hasDrivers |= implemented.getName().equals("java.sql.Driver");
    }
    return defined;
  }

  private Class<?> define(String name, Jar jar, byte[] classFile) throws ClassNotFoundException {
    int lastDot = name.lastIndexOf('.');
    if (lastDot > 0 && getDefinedPackage(name.substring(0, lastDot)) == null) {
      definePackage(name.substring(0, lastDot), jar);
    }
    CodeSource source = new CodeSource(jar.url, (CodeSigner[]) null);
    return defineClass(name, classFile, 0, classFile.length, source);
  }

  /**
   * A class file that cannot be understood is left to the JVM, which refuses it if it is broken.
   */
  private static byte[] rewrite(String name, byte[] original) {
    try {
      return ExitRewriter.rewrite(original);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      LOG.warn("Calls of System.exit in class {} cannot be looked for: {}", name, e.getMessage());
      return original;
    }
  }

  private void definePackage(String packageName, Jar jar) throws ClassNotFoundException {
    try {
      if (jar.file.getManifest() != null) {
        definePackage(packageName, jar.file.getManifest(), jar.url);
      } else {
        definePackage(packageName, null, null, null, null, null, null, null);
      }
    } catch (IOException e) {
      throw new ClassNotFoundException("The manifest of " + jar.url + " cannot be read", e);
    } catch (IllegalArgumentException e) {
      LOG.trace("Another thread was faster with package {}.", packageName, e);
    }
  }

  void exitCalled(UserExitError failure) {
    exitListener.accept(failure);
  }

  /** Takes back what would keep the classes for ever, and closes the jars. */
  @Override
  public void close() {
    if (hasDrivers) {
      hasDrivers = false;
      deregisterDrivers();
    }
    super.close();
    for (Jar jar : jars) {
      try {
        jar.file.close();
      } catch (IOException e) {
        LOG.warn("Could not close {}.", jar.url, e);
      }
    }
  }

  private void deregisterDrivers() {
    String name = DriverDeregistration.class.getName();
    String file = DriverDeregistration.class.getSimpleName() + ".class";
    try (InputStream in = JobClassLoader.class.getResourceAsStream(file)) {
      byte[] classFile = Objects.requireNonNull(in, file).readAllBytes();
      Class<?> own = defineClass(name, classFile, 0, classFile.length);
      ((Runnable) own.getConstructor().newInstance()).run();
    } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
      LOG.warn("JDBC drivers of {} stay registered, and keep its classes.", getName(), e);
    }
  }
}
