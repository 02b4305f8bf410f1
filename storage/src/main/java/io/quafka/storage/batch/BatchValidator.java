package io.quafka.storage.batch;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.CodecPool.Codec;
import io.quafka.storage.batch.Validation.Accepted;
import io.quafka.storage.batch.Validation.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

/// The gate that every produced batch passes: what Kafka's brokers enforce, in one pass over the
/// bytes for the checksum and one over the records' structure, in place.
///
/// As Kafka answers it: not one whole batch of format 2, a base offset that is not 0, a count that
/// lies, records that are cut, overlong or misnumbered, a control batch, an idempotent batch
/// without a sequence, a record without a key for a compacted topic: INVALID_RECORD. A wrong
/// checksum or an impossible header: CORRUPT_MESSAGE. Timestamps out of the topic's range, or log
/// append time set by a producer: INVALID_TIMESTAMP. Also MESSAGE_TOO_LARGE,
/// UNSUPPORTED_COMPRESSION_TYPE, INVALID_PRODUCER_EPOCH. A header's max timestamp that lies is
/// corrected, not refused.
///
/// Stricter than Kafka, where Kafka would fail with UNKNOWN_SERVER_ERROR or store what breaks
/// readers: offset deltas are checked in uncompressed batches too; what cannot be decompressed, or
/// decompresses to too much, is INVALID_RECORD; a transactional batch needs a producer id, a
/// producer id is at least -1 and from 0 on needs an epoch; log append time in a batch's attributes
/// is always refused.
///
/// Safe for all threads, and waits only where more threads than `maxConcurrentCodecs` decompress at
/// once. Whether a sequence follows the last one is for the partition's producer state to say.
public final class BatchValidator {
    /// Bytes of records that a batch may decompress to: more than any sane `max.message.bytes`, and
    /// a fraction of a second's work.
    public static final long MAX_DECOMPRESSED_BYTES = 256L << 20;

    /// Records at fault that an answer names, of however many there are.
    public static final int MAX_RECORD_ERRORS = 100;

    private static final String PRODUCER_COMPRESSION = "producer";
    private static final String NO_COMPRESSION = "uncompressed";

    private final long maxDecompressedBytes;
    private final CodecPool codecs;

    /// With [#MAX_DECOMPRESSED_BYTES], and as many decompressions at once as there are processors.
    public BatchValidator() {
        this(MAX_DECOMPRESSED_BYTES, Runtime.getRuntime().availableProcessors());
    }

    /// @param maxDecompressedBytes what a compressed batch may come to, before it is refused
    /// @param maxConcurrentCodecs how many compressed batches are worked on at once; each may hold
    ///   some MiB, with zstd's largest window 128 MiB
    public BatchValidator(long maxDecompressedBytes, int maxConcurrentCodecs) {
        this.maxDecompressedBytes = maxDecompressedBytes;
        this.codecs = new CodecPool(maxConcurrentCodecs);
    }

    /// Refuses zstd to clients that cannot know it. Apart from [#validate], for a storage node does
    /// not see the version that the producer spoke.
    ///
    /// @param records what a Produce request carries for one partition
    /// @return null if the version is no reason to refuse
    public static @Nullable Refused refusedByVersion(ByteBuffer records, short produceVersion) {
        boolean refused =
                produceVersion < BatchRules.ZSTD_PRODUCE_VERSION
                        && records.remaining() >= BatchHeader.BYTES
                        && BatchHeader.magic(records, records.position()) == BatchHeader.MAGIC
                        && BatchHeader.compressionCode(records, records.position())
                                == BatchRules.ZSTD_CODE;
        return refused
                ? new Refused(
                        Errors.UNSUPPORTED_COMPRESSION_TYPE,
                        "zstd needs version 7 of the produce request")
                : null;
    }

    /// Checks what a producer sent to one partition, and makes of it what the topic stores: the
    /// same bytes, stamped where the topic has log append time, compressed anew where it has a
    /// compression of its own.
    ///
    /// Never throws for any bytes. Stamps in place: the buffer must be writable, and no other
    /// thread may use these bytes meanwhile.
    ///
    /// @param records big endian, from position to limit, which stay as they are
    /// @param nowMs the time of the append, in milliseconds since 1970
    public Validation validate(ByteBuffer records, TopicSettings settings, long nowMs) {
        Refused framing = BatchRules.framing(records);
        if (framing != null) {
            return framing;
        }
        int position = records.position();
        ByteBuffer batch = records.slice(position, BatchHeader.sizeInBytes(records, position));
        Refused header = BatchRules.header(batch, settings.maxMessageBytes());
        if (header != null) {
            return header;
        }
        RecordRules rules = new RecordRules(settings, nowMs);
        CompressionType source = CompressionType.forId(BatchHeader.compressionCode(batch, 0));
        long decompressedBytes;
        try {
            decompressedBytes = walk(batch, source, rules);
        } catch (MalformedBatchException e) {
            return BatchRules.invalid(e.reason());
        }
        Refused refusal = rules.refusal();
        if (refusal != null) {
            return refusal;
        }
        CompressionType target = target(settings.compressionType(), source);
        if (target == source) {
            return stamp(batch, settings.timestampType(), rules.maxTimestampMs(), nowMs);
        }
        return recompress(batch, target, decompressedBytes, settings, nowMs, rules);
    }

    private long walk(ByteBuffer batch, CompressionType source, RecordRules rules)
            throws MalformedBatchException {
        if (source == CompressionType.NONE) {
            walk(new RecordCursor(batch), batch, rules);
            return batch.limit() - BatchHeader.BYTES;
        }
        ByteBuffer compressed = batch.duplicate().position(BatchHeader.BYTES);
        switch (source) {
            case GZIP -> GzipMembers.check(compressed);
            case SNAPPY -> SnappyFrames.check(compressed);
            case NONE, LZ4, ZSTD -> {}
        }
        return codecs.run(codec -> walkCompressed(batch, compressed, source, rules, codec));
    }

    private long walkCompressed(
            ByteBuffer batch,
            ByteBuffer compressed,
            CompressionType source,
            RecordRules rules,
            Codec codec)
            throws MalformedBatchException {
        try (InputStream stream = open(compressed, source, codec)) {
            RecordCursor cursor = new RecordCursor(stream, codec.chunk(), maxDecompressedBytes);
            walk(cursor, batch, rules);
            return cursor.consumed();
        } catch (IOException e) {
            throw new MalformedBatchException("the records cannot be decompressed: " + e);
        }
    }

    private static InputStream open(ByteBuffer compressed, CompressionType source, Codec codec)
            throws MalformedBatchException {
        try {
            return Compression.of(source)
                    .build()
                    .wrapForInput(compressed, BatchHeader.MAGIC, codec.buffers());
        } catch (RuntimeException e) {
            throw new MalformedBatchException("the records cannot be decompressed: " + e);
        }
    }

    private static void walk(RecordCursor cursor, ByteBuffer batch, RecordRules rules)
            throws MalformedBatchException {
        RecordWalk.walk(
                cursor,
                BatchHeader.recordCount(batch, 0),
                BatchHeader.baseTimestamp(batch, 0),
                rules);
    }

    private Validation recompress(
            ByteBuffer batch,
            CompressionType target,
            long decompressedBytes,
            TopicSettings settings,
            long nowMs,
            RecordRules rules) {
        int maxBytes = settings.maxMessageBytes();
        if (target == CompressionType.NONE && decompressedBytes + BatchHeader.BYTES > maxBytes) {
            return BatchRules.tooLarge(decompressedBytes + " bytes, uncompressed,", maxBytes);
        }
        if (rules.anyNegativeTimestamp()) {
            return new Refused(
                    Errors.INVALID_TIMESTAMP,
                    "a record with a negative timestamp cannot be compressed anew");
        }
        try {
            return codecs.run(codec -> {
                ByteBuffer recompressed =
                        Recompressor.recompress(batch, target, codec.buffers(), maxBytes);
                return recompressed == null
                        ? BatchRules.tooLarge("more bytes, as " + target.name, maxBytes)
                        : stamp(
                                recompressed,
                                settings.timestampType(),
                                rules.maxTimestampMs(),
                                nowMs);
            });
        } catch (MalformedBatchException e) {
            return BatchRules.invalid(e.reason());
        }
    }

    private static Accepted stamp(
            ByteBuffer batch, TimestampType type, long maxTimestampMs, long nowMs) {
        int count = BatchHeader.recordCount(batch, 0);
        if (type == TimestampType.LOG_APPEND_TIME) {
            BatchHeader.stampLogAppendTime(batch, 0, nowMs);
            return new Accepted(batch, count, nowMs, nowMs);
        }
        if (BatchHeader.maxTimestamp(batch, 0) != maxTimestampMs) {
            BatchHeader.setMaxTimestamp(batch, 0, maxTimestampMs);
        }
        return new Accepted(batch, count, maxTimestampMs, BatchHeader.NO_TIMESTAMP);
    }

    private static CompressionType target(String setting, CompressionType source) {
        return switch (setting) {
            case PRODUCER_COMPRESSION -> source;
            case NO_COMPRESSION -> CompressionType.NONE;
            case String named -> CompressionType.forName(named);
        };
    }
}
