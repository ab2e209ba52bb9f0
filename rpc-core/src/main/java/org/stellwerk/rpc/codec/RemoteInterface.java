package org.stellwerk.rpc.codec;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What one gateway interface looks like on the wire: its methods and every type that its calls may
 * carry, numbered the same on both sides. Thread-safe.
 */
public interface RemoteInterface {

  /** The gateway. */
  Class<?> gatewayType();

  /** A hash of everything that the two sides must agree on. */
  long hash();

  /**
   * Whether a method may be called remotely.
   *
   * @return null if so, else why not
   */
  @Nullable String whyNotRemote(Method method);
}
