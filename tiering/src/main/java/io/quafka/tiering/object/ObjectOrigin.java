package io.quafka.tiering.object;

/// What an object was made of.
///
/// @param shard whose commit log
/// @param epoch of the leader that made it
/// @param position of the commit log, from which on the object holds what is tiered
/// @param endPosition of the commit log, up to which it does
public record ObjectOrigin(int shard, int epoch, long position, long endPosition) {}
