/** The REST API in Flink's shapes: a driver at the rim, with threads of its own. */
@NullMarked
package org.stellwerk.runtime.rest;

import org.jspecify.annotations.NullMarked;
