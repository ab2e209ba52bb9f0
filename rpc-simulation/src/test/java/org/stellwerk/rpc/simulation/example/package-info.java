/**
 * An example for people who write endpoints of their own: a service that grants a lease, processes
 * that want it, and a simulation that finds out what they got wrong. Uses the public API only;
 * docs/simulation.md explains it.
 */
@NullMarked
package org.stellwerk.rpc.simulation.example;

import org.jspecify.annotations.NullMarked;
