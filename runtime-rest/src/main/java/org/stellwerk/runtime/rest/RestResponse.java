package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.JsonNode;

/** A status and a JSON body. */
record RestResponse(int status, JsonNode body) {

  private static final int OK = 200;
  private static final int ACCEPTED = 202;

  static RestResponse ok(JsonNode body) {
    return new RestResponse(OK, body);
  }

  static RestResponse accepted(JsonNode body) {
    return new RestResponse(ACCEPTED, body);
  }
}
