package org.stellwerk.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Opens a single exception from the rules that keep control code simulatable (no clock, thread or
 * randomness of its own). The reason is part of the annotation.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.FIELD})
public @interface NotSimulated {
  /** Why this place never runs in the simulator, or why it is harmless there. */
  String value();
}
