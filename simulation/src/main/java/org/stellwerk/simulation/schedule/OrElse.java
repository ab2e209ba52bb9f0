package org.stellwerk.simulation.schedule;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The text of a component where a schedule does not mention it: for components that came later, so
 * that older schedules still mean what they did. A component that is this is not written either.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface OrElse {

  /** As it would be written. */
  String value();
}
