package io.quafka.storage.shard;

/// An object that may be uploaded: the intent is durable.
///
/// @param number unique in the shard
/// @param nonce drawn by whoever asked
/// @param createdMs by the node's clock, milliseconds
/// @param epoch to be committed in: a leader that was replaced meanwhile cannot
public record IntendedObject(long number, long nonce, long createdMs, int epoch) {}
