@NullMarked
package org.stellwerk.simulation.page;

import org.jspecify.annotations.NullMarked;
