package org.stellwerk.runtime.io;

/** What the channels of one data exchange share. */
record ExchangeContext(DataExchangeConfig config, MemoryShares shares, Flusher flusher) {}
