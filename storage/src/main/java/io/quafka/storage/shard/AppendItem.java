package io.quafka.storage.shard;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One partition's batch in an [AppendRequest], and what became of it. Written by the shard's
/// writer before the request's future completes, read after.
public final class AppendItem {
    static final long ANYWHERE = -1;

    final Partition partition;
    final ByteBuffer batch;
    private boolean verify;
    private @Nullable VerificationGuard guard;
    private int transactionVersion;

    /// Where the batch must come to lie, or [#ANYWHERE].
    final long expectedOffset;

    private Errors error = Errors.NONE;
    private @Nullable String message;
    private long baseOffset = -1;

    /// @param batch one validated batch, from position to limit; its offset and epoch are changed
    ///   in place
    public AppendItem(Partition partition, ByteBuffer batch) {
        this(partition, batch, ANYWHERE);
    }

    private AppendItem(Partition partition, ByteBuffer batch, long expectedOffset) {
        this.partition = partition;
        this.batch = batch;
        this.expectedOffset = expectedOffset;
    }

    /// A batch of the only one who writes to a partition, who knows where it ends: taken at that
    /// offset or not at all, and whatever its sequence.
    public static AppendItem at(Partition partition, ByteBuffer batch, long expectedOffset) {
        return new AppendItem(partition, batch, expectedOffset);
    }

    /// The batch is a client's, of a transaction: it is refused unless that is going on here, or
    /// the guard is as good as when its coordinator was asked.
    ///
    /// @param verified null where the transaction was seen going on
    public AppendItem verify(@Nullable VerificationGuard verified) {
        verify = true;
        guard = verified;
        return this;
    }

    /// The batch is a marker of a transaction of this version (KIP-890).
    public AppendItem transactionVersion(int version) {
        transactionVersion = version;
        return this;
    }

    boolean mustVerify() {
        return verify;
    }

    @Nullable VerificationGuard guard() {
        return guard;
    }

    int transactionVersion() {
        return transactionVersion;
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

    /// Offset of the batch's first record; -1 where it was refused, or was a marker that had been
    /// appended before.
    public long baseOffset() {
        return baseOffset;
    }

    /// Not to be changed once the item is queued.
    public ByteBuffer batch() {
        return batch;
    }

    public Partition partition() {
        return partition;
    }
}
