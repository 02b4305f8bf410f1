package io.quafka.storage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.jspecify.annotations.Nullable;

/// Shows people records of one stored batch: the front of each key and value, in memory that does
/// not depend on how large they are or what they decompress to. Used by one thread.
public final class RecordPreviews {
    private static final int CHUNK_BYTES = 32 * 1024;

    /// Headers of a record that are shown.
    public static final int HEADERS_MAX = 20;

    /// Bytes of a header's name, and of its value, that are shown.
    public static final int HEADER_BYTES_MAX = 256;

    private final int partBytesMax;
    private final long decompressedBytesMax;
    private final byte[] chunk = new byte[CHUNK_BYTES];

    /// @param partBytesMax of each key and value, and of what a header has if that is less
    /// @param decompressedBytesMax what a batch may come to, before the rest of it is left out
    public RecordPreviews(int partBytesMax, long decompressedBytesMax) {
        this.partBytesMax = partBytesMax;
        this.decompressedBytesMax = decompressedBytesMax;
    }

    /// The front of a key, a value or a part of a header.
    ///
    /// @param bytes as many as are shown
    /// @param length as many as there are
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Part(byte[] bytes, int length) {}

    /// @param value null where the header has none
    public record HeaderPreview(Part name, @Nullable Part value) {}

    /// @param timestampMs the batch's append time where it has one, or else the producer's
    /// @param key null where the record has none
    /// @param value null for a tombstone
    /// @param headers at most [#HEADERS_MAX]
    public record RecordPreview(
            long offset,
            long timestampMs,
            @Nullable Part key,
            @Nullable Part value,
            List<HeaderPreview> headers,
            int headerCount) {}

    /// @param batch one whole, sound batch, from position to limit, which stay as they are
    /// @param fromOffset records before it are passed over
    /// @param max as many records are shown at most
    /// @return in order of offsets
    /// @throws MalformedBatchException if the records cannot be read, or decompress to too much
    ///   before the first that is wanted; later, those in front are returned
    public List<RecordPreview> read(ByteBuffer batch, long fromOffset, int max)
            throws MalformedBatchException {
        ByteBuffer bytes = batch.slice();
        List<RecordPreview> found = new ArrayList<>();
        try {
            read(bytes, fromOffset, max, found);
        } catch (MalformedBatchException e) {
            if (found.isEmpty()) {
                throw e;
            }
        }
        return found;
    }

    private void read(ByteBuffer bytes, long fromOffset, int max, List<RecordPreview> found)
            throws MalformedBatchException {
        CompressionType compression = CompressionType.forId(BatchHeader.compressionCode(bytes, 0));
        if (compression == CompressionType.NONE) {
            read(bytes, new RecordCursor(bytes), fromOffset, max, found);
            return;
        }
        ByteBuffer compressed = bytes.duplicate().position(BatchHeader.BYTES);
        try (InputStream stream =
                Compression.of(compression)
                        .build()
                        .wrapForInput(compressed, BatchHeader.MAGIC, BufferSupplier.NO_CACHING)) {
            read(
                    bytes,
                    new RecordCursor(stream, chunk, decompressedBytesMax),
                    fromOffset,
                    max,
                    found);
        } catch (IOException e) {
            throw new MalformedBatchException("the records cannot be decompressed: " + e);
        }
    }

    private void read(
            ByteBuffer batch, RecordCursor in, long fromOffset, int max, List<RecordPreview> found)
            throws MalformedBatchException {
        long baseOffset = BatchHeader.baseOffset(batch, 0);
        boolean appendTime = BatchHeader.timestampType(batch, 0) == TimestampType.LOG_APPEND_TIME;
        for (int left = BatchHeader.recordCount(batch, 0); left > 0 && found.size() < max; left--) {
            int length = in.readVarint();
            long end = in.consumed() + length;
            in.readByte(); // attributes: none are defined
            long timestampDelta = in.readVarlong();
            long offset = baseOffset + in.readVarint();
            if (offset >= fromOffset) {
                long timestamp =
                        appendTime
                                ? BatchHeader.maxTimestamp(batch, 0)
                                : BatchHeader.baseTimestamp(batch, 0) + timestampDelta;
                found.add(record(in, offset, timestamp));
            }
            long rest = end - in.consumed();
            if (rest < 0 || rest > Integer.MAX_VALUE) {
                throw new MalformedBatchException("a record is not as long as it declares");
            }
            in.skip((int) rest);
        }
    }

    private RecordPreview record(RecordCursor in, long offset, long timestamp)
            throws MalformedBatchException {
        Part key = part(in, partBytesMax);
        Part value = part(in, partBytesMax);
        int headerBytesMax = Math.min(HEADER_BYTES_MAX, partBytesMax);
        int headerCount = in.readVarint();
        List<HeaderPreview> headers = new ArrayList<>();
        for (int i = 0; i < Math.min(headerCount, HEADERS_MAX); i++) {
            Part name = part(in, headerBytesMax);
            if (name == null) {
                throw new MalformedBatchException("a header has no key");
            }
            headers.add(new HeaderPreview(name, part(in, headerBytesMax)));
        }
        return new RecordPreview(offset, timestamp, key, value, headers, headerCount);
    }

    private @Nullable Part part(RecordCursor in, int bytesMax) throws MalformedBatchException {
        int length = in.readVarint();
        if (length < 0) {
            return null;
        }
        byte[] front = new byte[Math.min(length, bytesMax)];
        in.read(front);
        in.skip(length - front.length);
        return new Part(front, length);
    }
}
