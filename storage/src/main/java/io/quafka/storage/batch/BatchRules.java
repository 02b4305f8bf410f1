package io.quafka.storage.batch;

import io.quafka.storage.batch.Validation.RecordError;
import io.quafka.storage.batch.Validation.Refused;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// What can be said of a produced batch without looking at its records. Every method answers null
/// if all is well.
final class BatchRules {
    /// The first Produce version whose clients know zstd.
    static final short ZSTD_PRODUCE_VERSION = 7;

    static final int ZSTD_CODE = 4;

    /// The least that a batch of any format, however old, declares in its length field.
    private static final int LEAST_BATCH_LENGTH = 14;

    private BatchRules() {}

    /// One whole batch of format 2 at the buffer's position, and no second one.
    static @Nullable Refused framing(ByteBuffer records) {
        int position = records.position();
        int available = records.remaining();
        Refused header = anyHeader(records, position, available);
        if (header != null) {
            return header;
        }
        if (!anyBatch(records, position, available)) {
            return invalid("a produce request carries one whole record batch per partition");
        }
        if (BatchHeader.magic(records, position) != BatchHeader.MAGIC) {
            return invalid("only record batches of format 2 are taken");
        }
        int size = BatchHeader.sizeInBytes(records, position);
        Refused trailer = anyHeader(records, position + size, available - size);
        if (trailer != null) {
            return trailer;
        }
        // What is left and is no batch is cut off, as Kafka does.
        return anyBatch(records, position + size, available - size)
                ? invalid("a produce request carries no more than one record batch per partition")
                : null;
    }

    /// Refuses what cannot be the start of a batch of any format, as far as there are bytes to
    /// tell.
    private static @Nullable Refused anyHeader(ByteBuffer records, int position, int available) {
        if (available < BatchHeader.LENGTH_PREFIX_BYTES) {
            return null;
        }
        int length = BatchHeader.batchLength(records, position);
        if (length < LEAST_BATCH_LENGTH) {
            return corrupt("a record batch declares a length of " + length);
        }
        if (available < BatchHeader.BYTES_UP_TO_MAGIC) {
            return null;
        }
        byte magic = BatchHeader.magic(records, position);
        return magic < 0 || magic > BatchHeader.MAGIC
                ? corrupt("a record batch has the unknown format " + magic)
                : null;
    }

    private static boolean anyBatch(ByteBuffer records, int position, int available) {
        return available >= BatchHeader.BYTES_UP_TO_MAGIC
                && BatchHeader.batchLength(records, position)
                        <= available - BatchHeader.LENGTH_PREFIX_BYTES;
    }

    /// Size, checksum, and a header that does not contradict itself.
    ///
    /// @param batch one batch by its own length, from index 0 to the limit
    static @Nullable Refused header(ByteBuffer batch, int maxMessageBytes) {
        if (BatchHeader.baseOffset(batch, 0) != 0) {
            return invalid(
                    "a producer's batch has base offset 0, not "
                            + BatchHeader.baseOffset(batch, 0));
        }
        if (batch.limit() > maxMessageBytes) {
            return tooLarge(batch.limit() + " bytes", maxMessageBytes);
        }
        if (!BatchHeader.crcMatches(batch, 0)) {
            return corrupt("the record batch does not match its checksum");
        }
        return contradiction(batch);
    }

    private static @Nullable Refused contradiction(ByteBuffer batch) {
        int count = BatchHeader.recordCount(batch, 0);
        int lastOffsetDelta = BatchHeader.lastOffsetDelta(batch, 0);
        if (count <= 0) {
            return invalid("the record batch declares " + count + " records");
        }
        if (lastOffsetDelta != count - 1) {
            return invalid(
                    "the record batch declares %d records, but a last offset delta of %d"
                            .formatted(count, lastOffsetDelta));
        }
        if (BatchHeader.isControl(batch, 0)) {
            return invalid("producers write no control batches");
        }
        if (BatchHeader.compressionCode(batch, 0) > ZSTD_CODE) {
            return new Refused(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "unknown compression " + BatchHeader.compressionCode(batch, 0));
        }
        Refused producer = producer(batch);
        return producer != null ? producer : timestampType(batch, count);
    }

    private static @Nullable Refused producer(ByteBuffer batch) {
        long producerId = BatchHeader.producerId(batch, 0);
        if (producerId < BatchHeader.NO_PRODUCER_ID) {
            return invalid("a record batch has the producer id " + producerId);
        }
        if (producerId == BatchHeader.NO_PRODUCER_ID) {
            return BatchHeader.isTransactional(batch, 0)
                    ? invalid("a transactional record batch has no producer id")
                    : null;
        }
        if (BatchHeader.baseSequence(batch, 0) < 0) {
            return invalid(
                    "a record batch with a producer id has the sequence "
                            + BatchHeader.baseSequence(batch, 0));
        }
        return BatchHeader.producerEpoch(batch, 0) < 0
                ? new Refused(
                        Errors.INVALID_PRODUCER_EPOCH,
                        "a record batch with a producer id has the epoch "
                                + BatchHeader.producerEpoch(batch, 0))
                : null;
    }

    private static @Nullable Refused timestampType(ByteBuffer batch, int count) {
        if (BatchHeader.timestampType(batch, 0) == TimestampType.CREATE_TIME) {
            return null;
        }
        String message = "producers set no log append time";
        List<RecordError> records =
                IntStream.range(0, Math.min(count, BatchValidator.MAX_RECORD_ERRORS))
                        .mapToObj(index -> new RecordError(index, message))
                        .toList();
        return new Refused(Errors.INVALID_TIMESTAMP, message, records);
    }

    static Refused tooLarge(String size, int maxMessageBytes) {
        return new Refused(
                Errors.MESSAGE_TOO_LARGE,
                "a record batch of " + size + " is larger than " + maxMessageBytes);
    }

    static Refused invalid(String message) {
        return new Refused(Errors.INVALID_RECORD, message);
    }

    private static Refused corrupt(String message) {
        return new Refused(Errors.CORRUPT_MESSAGE, message);
    }
}
