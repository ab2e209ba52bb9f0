package org.stellwerk.runtime.io;

/** Channels that a gate opened together and leaves together. */
sealed interface InputGroup permits LocalChannels, RemoteInputs, StoredChannel {

  /** The reader leaves, at the end or before it. */
  void close(ConsumerEnd end, String reason);
}
