/** The cluster's front door: accepts jobs, keeps them, runs one JobMaster for each. */
@NullMarked
package org.stellwerk.runtime.dispatcher;

import org.jspecify.annotations.NullMarked;
