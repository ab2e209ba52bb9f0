package org.stellwerk.util;

import java.security.SecureRandom;
import java.util.UUID;
import org.stellwerk.annotation.NotSimulated;

/** The only source of identifiers for control code; thread-safe. */
public interface IdGenerator {

  /** A fresh identifier, never handed out before by any generator of the cluster. */
  UUID nextUuid();

  /** A generator on the platform's secure random numbers. */
  static IdGenerator secure() {
    return new Secure();
  }

  /** The real generator. */
  @NotSimulated("this is the driver that the rule asks for")
  final class Secure implements IdGenerator {
    private final SecureRandom random = new SecureRandom();

    @Override
    public UUID nextUuid() {
      return new UUID(random.nextLong(), random.nextLong());
    }
  }
}
