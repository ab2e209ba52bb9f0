package org.stellwerk.runtime.jobmaster.slotpool;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many slots a pool has declared last, and the number of that declaration. */
final class Declaration {

  private static final Logger LOG = LoggerFactory.getLogger(Declaration.class);

  private final ResourceRequirementsListener listener;
  private int slots;
  private long version;

  Declaration(ResourceRequirementsListener listener) {
    this.listener = listener;
  }

  /** Declares a need, unless it is the one that was declared last. */
  void declare(int needed) {
    if (needed == slots) {
      return;
    }
    LOG.debug("The job needs {} slots, before it was {}.", needed, slots);
    slots = needed;
    version++;
    listener.resourcesRequired(version, slots);
  }

  int slots() {
    return slots;
  }

  long version() {
    return version;
  }
}
