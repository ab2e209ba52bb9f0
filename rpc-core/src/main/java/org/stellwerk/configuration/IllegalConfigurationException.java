package org.stellwerk.configuration;

/** A configuration that names an unknown key or a value of the wrong kind; one clear line. */
public final class IllegalConfigurationException extends RuntimeException {

  public IllegalConfigurationException(String message) {
    super(message);
  }

  public IllegalConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
