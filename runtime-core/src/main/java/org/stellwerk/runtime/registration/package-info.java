/** How one endpoint registers at another and stays registered. */
@NullMarked
package org.stellwerk.runtime.registration;

import org.jspecify.annotations.NullMarked;
