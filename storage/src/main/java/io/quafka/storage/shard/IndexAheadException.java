package io.quafka.storage.shard;

/// The index includes groups that the commit log does not have: the log lost its end (power loss
/// without fsync), or the two do not belong together. The index can be rebuilt from the log.
public final class IndexAheadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    IndexAheadException(int shard, long applied) {
        super(
                "the index of shard %d includes position %d, where the commit log has no group"
                        .formatted(shard, applied));
    }
}
