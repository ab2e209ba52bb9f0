/** Annotations that the build's checks read. */
@org.jspecify.annotations.NullMarked
package org.stellwerk.annotation;
