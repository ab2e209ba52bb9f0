package org.stellwerk.runtime.runner;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where user code of the tests leaves its classes, without keeping them. */
public final class LoadedClasses {

  static final List<WeakReference<Class<?>>> ALL = new CopyOnWriteArrayList<>();

  private LoadedClasses() {}

  public static void add(Class<?> type) {
    ALL.add(new WeakReference<>(type));
  }
}
