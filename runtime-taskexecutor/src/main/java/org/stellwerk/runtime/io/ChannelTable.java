package org.stellwerk.runtime.io;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
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

  private final IntObjectMap<Page> pages = new IntObjectHashMap<>();
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
    Page page = pages.get(id >>> BITS);
    if (page == null) {
      page = new Page();
      pages.put(id >>> BITS, page);
    }
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
    Page page = pages.get(id >>> BITS);
    if (page == null) {
      return null;
    }
    int index = id & (SIZE - 1);
    @SuppressWarnings("unchecked")
    T channel = (T) page.channels[index];
    if (channel != null) {
      page.channels[index] = null;
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
