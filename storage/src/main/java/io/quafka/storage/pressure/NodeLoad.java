package io.quafka.storage.pressure;

/// A storage node's disk at one moment, in bytes.
///
/// @param capacity what all that the node writes may take
/// @param used what it takes, and what the index may add for itself before the next look
/// @param dead of that, what nobody needs any more but segments still hold
/// @param rest of the capacity, for topics without a percentage together
/// @param slack how far the node may be over its capacity for a moment: a segment per shard
public record NodeLoad(long capacity, long used, long dead, long rest, long slack) {}
