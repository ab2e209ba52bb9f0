@NullMarked
package org.stellwerk.rpc.codec;

import org.jspecify.annotations.NullMarked;
