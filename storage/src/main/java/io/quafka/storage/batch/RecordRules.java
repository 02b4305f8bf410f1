package io.quafka.storage.batch;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.Validation.RecordError;
import io.quafka.storage.batch.Validation.Refused;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// What a topic asks of every single record, and what was seen while asking. One per batch.
final class RecordRules {
    private final boolean compacted;
    private final long earliestMs;
    private final long latestMs;
    private final List<RecordError> errors = new ArrayList<>(0);
    private long maxTimestampMs = BatchHeader.NO_TIMESTAMP;
    private long minTimestampMs = Long.MAX_VALUE;
    private long refusedRecords;
    private boolean timestampRefused;

    RecordRules(TopicSettings settings, long nowMs) {
        boolean createTime = settings.timestampType() == TimestampType.CREATE_TIME;
        this.compacted = settings.compacted();
        this.earliestMs =
                createTime
                        ? saturatingAdd(nowMs, -settings.timestampBeforeMaxMs())
                        : Long.MIN_VALUE;
        this.latestMs =
                createTime ? saturatingAdd(nowMs, settings.timestampAfterMaxMs()) : Long.MAX_VALUE;
    }

    void check(int index, boolean hasKey, long timestampMs) {
        if (timestampMs > maxTimestampMs) {
            maxTimestampMs = timestampMs;
        }
        if (timestampMs < minTimestampMs) {
            minTimestampMs = timestampMs;
        }
        boolean keyMissing = compacted && !hasKey;
        boolean outOfRange = timestampMs < earliestMs || timestampMs > latestMs;
        if (keyMissing || outOfRange) {
            report(index, keyMissing, timestampMs);
        }
    }

    private void report(int index, boolean keyMissing, long timestampMs) {
        if (keyMissing) {
            add(index, "a compacted topic takes no record without a key");
        } else if (timestampMs != BatchHeader.NO_TIMESTAMP) {
            timestampRefused = true;
            add(
                    index,
                    "timestamp %d is out of range: it should be within [%d, %d]"
                            .formatted(timestampMs, earliestMs, latestMs));
        }
    }

    private void add(int index, String message) {
        refusedRecords++;
        if (errors.size() < BatchValidator.MAX_RECORD_ERRORS) {
            errors.add(new RecordError(index, message));
        }
    }

    /// The largest timestamp of any record, -1 if none has one.
    long maxTimestampMs() {
        return maxTimestampMs;
    }

    /// Whether any timestamp is before 1970, which Kafka stores but cannot write anew.
    boolean anyNegativeTimestamp() {
        return minTimestampMs < BatchHeader.NO_TIMESTAMP;
    }

    /// All records' faults as one answer: a timestamp at fault decides the code, as in Kafka.
    @Nullable Refused refusal() {
        if (refusedRecords == 0) {
            return null;
        }
        return timestampRefused
                ? new Refused(
                        Errors.INVALID_TIMESTAMP,
                        refusedRecords + " records refused, for timestamps out of range",
                        errors)
                : new Refused(
                        Errors.INVALID_RECORD,
                        refusedRecords + " records refused, for want of a key",
                        errors);
    }

    private static long saturatingAdd(long a, long b) {
        long sum = a + b;
        boolean overflow = ((a ^ sum) & (b ^ sum)) < 0;
        return overflow ? (b < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }
}
