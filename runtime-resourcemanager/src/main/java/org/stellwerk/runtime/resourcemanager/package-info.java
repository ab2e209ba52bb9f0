/** The keeper of all slots: the ResourceManager endpoint and its SlotManager. */
@NullMarked
package org.stellwerk.runtime.resourcemanager;

import org.jspecify.annotations.NullMarked;
