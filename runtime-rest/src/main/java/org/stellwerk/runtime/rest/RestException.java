package org.stellwerk.runtime.rest;

/** A request that is answered with an error: its status and one clear line. */
final class RestException extends RuntimeException {

  static final int BAD_REQUEST = 400;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int CONFLICT = 409;
  static final int TOO_LARGE = 413;
  static final int INTERNAL_ERROR = 500;
  static final int UNAVAILABLE = 503;

  private final int status;

  RestException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  static RestException badRequest(String message) {
    return new RestException(BAD_REQUEST, message);
  }

  static RestException notFound(String message) {
    return new RestException(NOT_FOUND, message);
  }
}
