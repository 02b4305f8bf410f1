package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// What a [BatchValidator] found: a batch to append, or why not.
public sealed interface Validation {
    /// A batch that may be appended once it has its offset and epoch ([BatchHeader#setBaseOffset],
    /// [BatchHeader#setLeaderEpoch]).
    ///
    /// @param batch exactly the batch, first byte at index 0: a slice of what was given, or heap
    ///   memory of its own where it was recompressed; its offset deltas are 0 to `recordCount - 1`
    /// @param recordCount how many offsets it takes, at least 1
    /// @param maxTimestampMs the header's max timestamp; -1 if no record has one
    /// @param logAppendTimeMs the time that all records were stamped with, or -1 where they keep
    ///   the producer's times
    record Accepted(ByteBuffer batch, int recordCount, long maxTimestampMs, long logAppendTimeMs)
            implements Validation {}

    /// A batch that must not be appended, with what the producer is told.
    ///
    /// @param records the first of the records at fault ([BatchValidator#MAX_RECORD_ERRORS]), where
    ///   single ones are
    record Refused(Errors error, String message, List<RecordError> records) implements Validation {
        public Refused {
            records = List.copyOf(records);
        }

        Refused(Errors error, String message) {
            this(error, message, List.of());
        }
    }

    /// @param index the record's place in its batch, from 0
    record RecordError(int index, String message) {}
}
