package io.quafka.storage.shard;

/// The shard takes no changes now; the message says why.
public final class ShardUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ShardUnavailableException(int shard, String why) {
        super("shard " + shard + " takes no changes: " + why);
    }
}
