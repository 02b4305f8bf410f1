package io.quafka.gateway;

import java.nio.ByteBuffer;

/// Reads single fields of the first batch's header in place, whatever else the bytes hold.
public final class BatchPeek {
    /// No batch, or an old format.
    static final int UNKNOWN = -1;

    private static final int MAGIC_AT = 16;
    private static final int ATTRIBUTES_AT = 21;
    private static final int HEADER_BYTES = 61;
    private static final byte MAGIC = 2;
    private static final int COMPRESSION_MASK = 0x07;
    private static final int TRANSACTIONAL_BIT = 0x10;

    private BatchPeek() {}

    /// The id of the compression type that the attributes name, or [#UNKNOWN].
    static int compression(ByteBuffer batches) {
        int attributes = attributes(batches);
        return attributes == UNKNOWN ? UNKNOWN : attributes & COMPRESSION_MASK;
    }

    /// Whether the batch says that it belongs to a transaction.
    public static boolean isTransactional(ByteBuffer batches) {
        int attributes = attributes(batches);
        return attributes != UNKNOWN && (attributes & TRANSACTIONAL_BIT) != 0;
    }

    private static int attributes(ByteBuffer batches) {
        int start = batches.position();
        if (batches.remaining() < HEADER_BYTES || batches.get(start + MAGIC_AT) != MAGIC) {
            return UNKNOWN;
        }
        return Short.toUnsignedInt(batches.getShort(start + ATTRIBUTES_AT));
    }
}
