package io.quafka.storage.shard;

/// A partition's producer, for people.
///
/// @param lastSequence of its last batch, -1 if none is remembered
/// @param lastTimestampMs when its last batch was appended, or the batch's own max timestamp after
///   a restart
public record ProducerInfo(long producerId, short epoch, int lastSequence, long lastTimestampMs) {}
