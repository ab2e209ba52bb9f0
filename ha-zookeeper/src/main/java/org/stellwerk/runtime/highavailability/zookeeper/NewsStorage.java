package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.Optional;
import java.util.stream.Stream;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCacheStorage;

/**
 * What a CuratorCache knows, to which whatever it reads is news. The cache takes a node for
 * unchanged if its version is what it was; but a node that was deleted and made anew while nobody
 * watched, such as that of the next leader, has the same version 0, and nobody would be told.
 * Listeners hear of nodes again that have not changed.
 */
final class NewsStorage implements CuratorCacheStorage {

  private final CuratorCacheStorage nodes = CuratorCacheStorage.standard();

  @Override
  public Optional<ChildData> put(ChildData data) {
    nodes.put(data);
    return Optional.empty();
  }

  @Override
  public Optional<ChildData> remove(String path) {
    return nodes.remove(path);
  }

  @Override
  public void clear() {
    nodes.clear();
  }

  @Override
  public Optional<ChildData> get(String path) {
    return nodes.get(path);
  }

  @Override
  public int size() {
    return nodes.size();
  }

  @Override
  public Stream<ChildData> stream() {
    return nodes.stream();
  }
}
