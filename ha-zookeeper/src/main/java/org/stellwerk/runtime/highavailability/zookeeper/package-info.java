/**
 * The high-availability contracts on ZooKeeper, through Curator (drivers). Below the namespace of a
 * cluster: {@code /latch} the contenders, {@code /leader} what the leader published, {@code /jobs}
 * the graphs, {@code /results/all} and {@code /results/dirty} the results.
 */
@NullMarked
package org.stellwerk.runtime.highavailability.zookeeper;

import org.jspecify.annotations.NullMarked;
