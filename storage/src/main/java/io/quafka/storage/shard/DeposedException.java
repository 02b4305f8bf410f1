package io.quafka.storage.shard;

/// The shard has another leader by now, or this node may not lead it: what was asked for was not
/// committed, and may or may not be one day.
public final class DeposedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeposedException(int shard) {
        super("shard " + shard + " is not led by this node");
    }
}
