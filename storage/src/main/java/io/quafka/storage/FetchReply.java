package io.quafka.storage;

import org.apache.kafka.common.message.FetchResponseData;

/// A fetch's answer, and the buffers its record bytes lie in.
///
/// @param data the answer; its records are slices of pooled memory
/// @param release gives the memory back: call it exactly once, after the last byte was written or
///   the answer was dropped
public record FetchReply(FetchResponseData data, Runnable release) {}
