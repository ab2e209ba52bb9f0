package org.stellwerk.runtime.io;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of channels of one connection by number. Numbers are given one after the other and
 * groups end in about that order, so they stand in pages of consecutive ones: no object per group,
 * no hash of crowded neighbours. Not thread-safe.
 */
final class GroupTable<T> {

  private static final int BITS = 8;
  private static final int SIZE = 1 << BITS;

  private static final class Page {
    final Object[] groups = new Object[SIZE];
    int used;
  }

  private final IntObjectMap<Page> pages = new IntObjectHashMap<>();

  @SuppressWarnings("unchecked")
  @Nullable T get(int id) {
    Page page = pages.get(id >>> BITS);
    return page == null ? null : (T) page.groups[id & (SIZE - 1)];
  }

  /** Takes up a group; false if there is one of that number. */
  boolean putIfAbsent(int id, T group) {
    Page page = pages.get(id >>> BITS);
    if (page == null) {
      page = new Page();
      pages.put(id >>> BITS, page);
    }
    int index = id & (SIZE - 1);
    if (page.groups[index] != null) {
      return false;
    }
    page.groups[index] = group;
    page.used++;
    return true;
  }

  /** Removes a group; null if there is none of that number. */
  @Nullable T remove(int id) {
    Page page = pages.get(id >>> BITS);
    if (page == null) {
      return null;
    }
    int index = id & (SIZE - 1);
    @SuppressWarnings("unchecked")
    T group = (T) page.groups[index];
    if (group != null) {
      page.groups[index] = null;
      page.used--;
      if (page.used == 0) {
        pages.remove(id >>> BITS);
      }
    }
    return group;
  }

  /** Removes all and returns them. */
  List<T> takeAll() {
    List<T> all = new ArrayList<>();
    for (Page page : pages.values()) {
      for (Object group : page.groups) {
        if (group != null) {
          @SuppressWarnings("unchecked")
          T each = (T) group;
          all.add(each);
        }
      }
    }
    pages.clear();
    return all;
  }
}
