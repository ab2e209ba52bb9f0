/** RPC between real processes, on Akka's Artery over TCP. */
@NullMarked
package org.stellwerk.rpc.akka;

import org.jspecify.annotations.NullMarked;
