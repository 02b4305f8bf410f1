package io.quafka.storage.coordinator;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// A partition that this node leads, as the coordinator that keeps its state there uses it. The
/// coordinator is the only one that writes to it.
public interface CoordinatorLog {
    /// The oldest offset there is. Blocks on the disk.
    long start();

    /// The offset after the last durable record. Blocks on the disk.
    long end();

    /// Reads whole batches, the first one that holds the offset or comes after it; memory for them
    /// is bounded by `maxBytes`, or by one batch where that is larger. Blocks on the disk.
    ///
    /// @return null where the log has nothing from the offset on
    /// @throws IOException if nothing could be read now
    @Nullable Chunk read(long offset, int maxBytes) throws IOException;

    /// Appends one batch, if it comes to lie at just that offset: otherwise, and in any other
    /// trouble, it is refused as a whole.
    ///
    /// @param batch from position to limit; changed in place, and not to be touched until it is
    ///   done
    /// @param done called once, on a thread that must not be blocked, when the batch is durable
    ///   (NONE) or refused; in the order of the appends, or the last first
    void append(ByteBuffer batch, long expectedOffset, Done done);

    /// Largest batch, in bytes.
    int maxBatchBytes();

    /// Is told what became of an append.
    interface Done {
        void done(Errors error, @Nullable String message);
    }

    /// Batches in memory that goes back with [#close].
    interface Chunk extends AutoCloseable {
        /// Whole batches, from position to limit.
        ByteBuffer batches();

        @Override
        void close();
    }
}
