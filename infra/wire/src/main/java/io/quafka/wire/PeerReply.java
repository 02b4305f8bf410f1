package io.quafka.wire;

import org.apache.kafka.common.protocol.ApiMessage;

/// What a peer answered.
///
/// @param body the generated response message; its records are slices of the pooled frame it came
///   in
/// @param release gives the frame back: call it exactly once, after the last use of the body's
///   records
public record PeerReply(ApiMessage body, Runnable release) {}
