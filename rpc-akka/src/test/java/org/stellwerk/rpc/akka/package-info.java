@NullMarked
package org.stellwerk.rpc.akka;

import org.jspecify.annotations.NullMarked;
