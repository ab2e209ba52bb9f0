@NullMarked
package org.stellwerk.runtime.cluster;

import org.jspecify.annotations.NullMarked;
