package io.quafka.storage.shard;

/// A partition's producer, for people.
///
/// @param lastSequence of its last batch, -1 if none is remembered
/// @param lastTimestampMs when its last batch was appended, or the batch's own max timestamp after
///   a restart
/// @param coordinatorEpoch of the coordinator that ended its last transaction here; -1 if none did
/// @param transactionStart first offset of its ongoing transaction; -1 if there is none
public record ProducerInfo(
        long producerId,
        short epoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long transactionStart) {}
