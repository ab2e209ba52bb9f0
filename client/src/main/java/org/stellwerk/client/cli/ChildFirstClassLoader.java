package org.stellwerk.client.cli;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prefers the program's own classes to those of the command line, so that a program may bring other
 * versions of the same libraries; what the two share (the JDK, Stellwerk's API, slf4j) comes from
 * the parent, by the same rule as on a TaskManager. Thread-safe as class loaders are.
 */
final class ChildFirstClassLoader extends URLClassLoader {

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

  ChildFirstClassLoader(URL[] jars, ClassLoader parent) {
    super(jars, parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (PARENT_FIRST.stream().anyMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        try {
          loaded = findClass(name);
        } catch (ClassNotFoundException e) {
          return super.loadClass(name, resolve);
        }
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = findResource(name);
    return own != null ? own : super.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    List<URL> ordered = new ArrayList<>(Collections.list(findResources(name)));
    ordered.addAll(Collections.list(getParent().getResources(name)));
    return Collections.enumeration(ordered);
  }
}
