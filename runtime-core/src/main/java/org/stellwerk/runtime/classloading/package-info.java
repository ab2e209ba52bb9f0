/** The class loader of user code, the same on clients and TaskManagers (driver). */
@NullMarked
package org.stellwerk.runtime.classloading;

import org.jspecify.annotations.NullMarked;
