/** Sample jobs, written against the public API only. */
@NullMarked
package org.stellwerk.examples;

import org.jspecify.annotations.NullMarked;
