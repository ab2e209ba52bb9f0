/**
 * How a program builds a job ({@link org.stellwerk.client.Job}), submits it and waits for it, and
 * how a client speaks with a cluster ({@link org.stellwerk.client.ClusterClient}).
 */
@NullMarked
package org.stellwerk.client;

import org.jspecify.annotations.NullMarked;
