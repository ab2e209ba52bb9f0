package org.stellwerk.runtime.highavailability;

import java.util.Collection;
import java.util.List;
import org.stellwerk.rpc.codec.WireTypeProvider;

/** Announces what callers in other processes must tell from other failures. */
public final class HighAvailabilityWireTypes implements WireTypeProvider {

  @Override
  public Collection<Class<?>> wireTypes() {
    return List.of(StoreUnavailableException.class, StoreAccessDeniedException.class);
  }
}
