@NullMarked
package org.stellwerk.configuration;

import org.jspecify.annotations.NullMarked;
