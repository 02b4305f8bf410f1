package io.quafka.storage.batch;

import java.nio.ByteBuffer;

/// Fills [KeyOffsets] from the batches of a partition's uncleaned part, as they go by in order.
/// Used by one thread.
public final class KeyOffsetsBuilder {
    private final KeyOffsets keys;
    private final CleanedTransactions transactions;
    private final long fromOffset;
    private final KeyedRecords records = new KeyedRecords();

    /// @param transactions that knows the aborted ones of the batches to come; used for this alone
    /// @param fromOffset records before it are not looked at
    public KeyOffsetsBuilder(KeyOffsets keys, CleanedTransactions transactions, long fromOffset) {
        this.keys = keys;
        this.transactions = transactions;
        this.fromOffset = fromOffset;
    }

    /// @param batch one whole, sound batch, from position to limit
    /// @return false if a key found no room: [KeyOffsets#latestOffset] says how far it went, and no
    ///   more may come
    /// @throws UncleanableException if the records cannot be read
    public boolean add(ByteBuffer batch) throws UncleanableException {
        int at = batch.position();
        if (!BatchHeader.isControl(batch, at)
                && !transactions.isAborted(batch)
                && !addRecords(batch)) {
            return false;
        }
        long lastOffset = BatchHeader.lastOffset(batch, at);
        if (lastOffset >= fromOffset) {
            keys.lookedAt(lastOffset);
        }
        return true;
    }

    private boolean addRecords(ByteBuffer batch) throws UncleanableException {
        try {
            return records.visit(
                    batch,
                    (offset, hasKey, _, high, low) ->
                            !hasKey || offset < fromOffset || keys.put(high, low, offset));
        } catch (MalformedBatchException | RuntimeException e) {
            throw new UncleanableException(
                    "batch at offset " + BatchHeader.baseOffset(batch, batch.position()), e);
        }
    }
}
