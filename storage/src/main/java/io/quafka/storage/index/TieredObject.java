package io.quafka.storage.index;

/// What a shard knows of one of its objects.
///
/// @param number unique in the shard: the position in its commit log where the object was intended
/// @param nonce drawn at random, so that no two shards that ever had this number name the same
///   object
/// @param createdMs when it was intended, by the node's clock, milliseconds
/// @param size bytes of the object; 0 while it is only intended
/// @param ranges how many ranges of partitions lie in it
public record TieredObject(long number, long nonce, long createdMs, long size, int ranges) {
    public TieredObject with(long newSize, int newRanges) {
        return new TieredObject(number, nonce, createdMs, newSize, newRanges);
    }
}
