package io.quafka.storage.shard;

/// A transaction of which a partition has records, and not yet a marker.
///
/// @param firstOffset of its first batch in the partition
public record OngoingTransaction(long producerId, short epoch, long firstOffset) {}
