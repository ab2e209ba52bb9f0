/** Content-addressed files: the store and the server (drivers). */
@NullMarked
package org.stellwerk.runtime.blob;

import org.jspecify.annotations.NullMarked;
