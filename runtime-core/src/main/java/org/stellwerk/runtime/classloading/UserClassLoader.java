package org.stellwerk.runtime.classloading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads a job's classes from its jars before the cluster's, so that a job brings its own versions
 * of libraries; except what both sides must share: the JDK, Stellwerk, the logging API. The same on
 * TaskManagers, for jobs, and in the command line, for a program's main(). Thread-safe.
 */
public class UserClassLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final List<String> PARENT_FIRST =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "org.stellwerk.",
          "org.slf4j.",
          "org.apache.logging.",
          "org.jspecify.");

  /**
   * A loader of its own for one program or job.
   *
   * @param name for thread dumps and class loader statistics
   * @param jars in class path order
   * @param parent has what both sides share
   */
  public UserClassLoader(String name, URL[] jars, ClassLoader parent) {
    super(name, jars, parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isParentFirst(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        loaded = findInJars(name);
      }
      if (loaded == null) {
        return super.loadClass(name, resolve);
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  private @Nullable Class<?> findInJars(String name) {
    try {
      return findClass(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = isParentFirst(name.replace('/', '.')) ? null : findResource(name);
    return own != null ? own : super.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
    ClassLoader parent = getParent();
    if (parent != null) {
      all.addAll(Collections.list(parent.getResources(name)));
    }
    return Collections.enumeration(all);
  }

  private static boolean isParentFirst(String name) {
    for (String prefix : PARENT_FIRST) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    try {
      super.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
