package io.quafka.storage.shard;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One partition's batch in an [AppendRequest], and what became of it. Written by the shard's
/// writer before the request's future completes, read after.
public final class AppendItem {
    final Partition partition;
    final ByteBuffer batch;
    private Errors error = Errors.NONE;
    private @Nullable String message;
    private long baseOffset = -1;

    /// @param batch one validated batch, from position to limit; its offset and epoch are changed
    ///   in place
    public AppendItem(Partition partition, ByteBuffer batch) {
        this.partition = partition;
        this.batch = batch;
    }

    void accept(long offset) {
        baseOffset = offset;
    }

    void refuse(Errors why, @Nullable String text) {
        error = why;
        message = text;
        baseOffset = -1;
    }

    public Errors error() {
        return error;
    }

    public @Nullable String message() {
        return message;
    }

    /// Offset of the batch's first record; -1 where it was refused.
    public long baseOffset() {
        return baseOffset;
    }

    public Partition partition() {
        return partition;
    }
}
