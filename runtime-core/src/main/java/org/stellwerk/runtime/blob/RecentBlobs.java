package org.stellwerk.runtime.blob;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.runtime.id.BlobKey;

/**
 * Which blobs were put lately, by size: the same jar comes again with each submission, and
 * comparing it with the file that is there costs a small part of computing its hash. The last of
 * each size is kept, and the sizes that were used last. Thread-safe; soft state.
 */
final class RecentBlobs {

  private static final int MAX_ENTRIES = 256;

  private final Map<Long, BlobKey> bySize = new LinkedHashMap<>();

  /** A blob of that many bytes whose content may be the same. */
  synchronized Optional<BlobKey> ofSize(long bytes) {
    return Optional.ofNullable(bySize.get(bytes));
  }

  synchronized void add(long bytes, BlobKey key) {
    bySize.remove(bytes);
    bySize.put(bytes, key);
    if (bySize.size() > MAX_ENTRIES) {
      Iterator<Long> oldest = bySize.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }
}
