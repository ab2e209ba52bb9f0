@NullMarked
package org.stellwerk.runtime.resourcemanager;

import org.jspecify.annotations.NullMarked;
