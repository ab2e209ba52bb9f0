/** The remote interfaces of the cluster's endpoints. */
@NullMarked
package org.stellwerk.runtime.gateway;

import org.jspecify.annotations.NullMarked;
