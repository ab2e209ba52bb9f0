/** The command line {@code stellwerk}. */
@NullMarked
package org.stellwerk.client.cli;

import org.jspecify.annotations.NullMarked;
