package io.quafka.storage.shard;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Batches of one shard that came together and are answered together.
///
/// @param items in the order of appending
/// @param bytes of all batches
/// @param early whether durable on the leader's disk is enough (`acks=1`); else every item is
///   committed
/// @param done called once, on the shard's writer thread, when every item is so, or refused: must
///   not block
public record AppendRequest(List<AppendItem> items, long bytes, boolean early, Runnable done) {
    /// Of batches that are to be committed.
    public AppendRequest(List<AppendItem> items, long bytes, Runnable done) {
        this(items, bytes, false, done);
    }

    void refuse(Errors error, @Nullable String message) {
        for (AppendItem item : items) {
            item.refuse(error, message);
        }
    }
}
