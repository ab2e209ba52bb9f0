@NullMarked
package org.stellwerk.runtime.heartbeat;

import org.jspecify.annotations.NullMarked;
