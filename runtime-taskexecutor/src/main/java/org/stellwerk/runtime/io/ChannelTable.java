package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one connection by number. Numbers are given one after the other and channels end
 * in about that order, so they stand in pages of consecutive ones: no object per channel, no hash
 * of crowded neighbours. Not thread-safe.
 */
final class ChannelTable<T> {

  private static final int BITS = 8;
  private static final int SIZE = 1 << BITS;

  private static final class Page {
    final Object[] channels = new Object[SIZE];
    int used;
  }

  private final Map<Integer, Page> pages = new HashMap<>();
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  @SuppressWarnings("unchecked")
  @Nullable T get(int id) {
    Page page = pages.get(id >>> BITS);
    return page == null ? null : (T) page.channels[id & (SIZE - 1)];
  }

  /** Takes up a channel; false if there is one of that number. */
  boolean putIfAbsent(int id, T channel) {
    Page page = pages.computeIfAbsent(id >>> BITS, number -> new Page());
    int index = id & (SIZE - 1);
    if (page.channels[index] != null) {
      return false;
    }
    page.channels[index] = channel;
    page.used++;
    size++;
    return true;
  }

  /** Removes a channel; null if there is none of that number. */
  @Nullable T remove(int id) {
    T channel = get(id);
    if (channel != null) {
      Page page = pages.get(id >>> BITS);
      page.channels[id & (SIZE - 1)] = null;
      page.used--;
      size--;
      if (page.used == 0) {
        pages.remove(id >>> BITS);
      }
    }
    return channel;
  }

  /** Removes all and returns them. */
  List<T> takeAll() {
    List<T> all = new ArrayList<>(size);
    for (Page page : pages.values()) {
      for (Object channel : page.channels) {
        if (channel != null) {
          @SuppressWarnings("unchecked")
          T each = (T) channel;
          all.add(each);
        }
      }
    }
    pages.clear();
    size = 0;
    return all;
  }
}
