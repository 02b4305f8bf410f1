package io.quafka.storage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

/// Goes over the records of stored batches, one after the other, for their keys' hashes alone: a
/// record's value is passed over in a few KiB of memory, however large it is. Keeps buffers for the
/// next batch. Used by one thread.
final class KeyedRecords {
    private static final int CHUNK_BYTES = 32 * 1024;

    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final byte[] hash;
    private final MessageDigest digest;
    private final BufferSupplier buffers = BufferSupplier.create();

    KeyedRecords() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        hash = new byte[digest.getDigestLength()];
    }

    /// Is shown the records, in the order of their offsets.
    interface Visitor {
        /// @param high first half of the key's hash; 0 without a key
        /// @param low second half
        /// @return false to see no more
        boolean record(long offset, boolean hasKey, boolean hasValue, long high, long low);
    }

    BufferSupplier buffers() {
        return buffers;
    }

    /// @param batch one whole, sound batch, from position to limit
    /// @return false if the visitor wanted no more
    /// @throws MalformedBatchException if the records cannot be read
    boolean visit(ByteBuffer batch, Visitor visitor) throws MalformedBatchException {
        ByteBuffer bytes = batch.slice();
        CompressionType compression = CompressionType.forId(BatchHeader.compressionCode(bytes, 0));
        if (compression == CompressionType.NONE) {
            return visit(bytes, new RecordCursor(bytes), visitor);
        }
        ByteBuffer compressed = bytes.duplicate().position(BatchHeader.BYTES);
        try (InputStream stream =
                Compression.of(compression)
                        .build()
                        .wrapForInput(compressed, BatchHeader.MAGIC, buffers)) {
            RecordCursor cursor =
                    new RecordCursor(stream, chunk, BatchValidator.MAX_DECOMPRESSED_BYTES);
            return visit(bytes, cursor, visitor);
        } catch (IOException e) {
            throw new MalformedBatchException("the records cannot be decompressed: " + e);
        }
    }

    private boolean visit(ByteBuffer batch, RecordCursor in, Visitor visitor)
            throws MalformedBatchException {
        long baseOffset = BatchHeader.baseOffset(batch, 0);
        for (int left = BatchHeader.recordCount(batch, 0); left > 0; left--) {
            int length = in.readVarint();
            long end = in.consumed() + length;
            in.readByte(); // attributes: none are defined
            in.readVarlong(); // timestamp delta
            long offset = baseOffset + in.readVarint();
            int keyLength = in.readVarint();
            ByteBuffer key = ByteBuffer.wrap(hash);
            if (keyLength >= 0) {
                in.digest(keyLength, digest);
                digestInto(key);
            }
            boolean hasValue = in.readVarint() >= 0;
            long rest = end - in.consumed();
            if (rest < 0 || rest > Integer.MAX_VALUE) {
                throw new MalformedBatchException("a record is not as long as it declares");
            }
            in.skip((int) rest);
            long high = keyLength < 0 ? 0 : key.getLong(0);
            long low = keyLength < 0 ? 0 : key.getLong(Long.BYTES);
            if (!visitor.record(offset, keyLength >= 0, hasValue, high, low)) {
                return false;
            }
        }
        return true;
    }

    private void digestInto(ByteBuffer key) {
        try {
            digest.digest(key.array(), 0, hash.length);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException("the hash has the digest's length", e);
        }
    }
}
