package org.stellwerk.runtime.messages.exceptions;

/** A slot cannot be allocated as asked. */
public class SlotAllocationException extends Exception {

  public SlotAllocationException(String message) {
    super(message);
  }

  public SlotAllocationException(String message, Throwable cause) {
    super(message, cause);
  }
}
