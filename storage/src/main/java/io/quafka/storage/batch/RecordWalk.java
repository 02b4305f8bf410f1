package io.quafka.storage.batch;

/// One pass over a batch's records that reads their structure, not their keys and values.
final class RecordWalk {
    private RecordWalk() {}

    /// Checks that the cursor holds exactly `count` well-formed records with the offset deltas 0 to
    /// `count - 1`.
    static void walk(RecordCursor in, int count, long baseTimestampMs, RecordRules rules)
            throws MalformedBatchException {
        for (int index = 0; index < count; index++) {
            if (!in.readPlainRecord(index)) {
                readRecord(in, index);
            }
            rules.check(index, in.hasKey(), baseTimestampMs + in.timestampDelta());
        }
        if (!in.isExhausted()) {
            throw new MalformedBatchException("bytes are left after " + count + " records");
        }
    }

    private static void readRecord(RecordCursor in, int index) throws MalformedBatchException {
        int length = in.readVarint();
        long end = in.consumed() + length;
        in.readByte(); // attributes: none are defined
        long timestampDelta = in.readVarlong();
        int offsetDelta = in.readVarint();
        if (offsetDelta != index) {
            throw new MalformedBatchException(
                    "record " + index + " has the offset delta " + offsetDelta);
        }
        int keyLength = in.readVarint();
        skip(in, keyLength, end, index);
        skip(in, in.readVarint(), end, index);
        int headers = in.readVarint();
        if (headers != 0) {
            skipHeaders(in, headers, end, index);
        }
        if (in.consumed() != end) {
            throw wrongLength(index);
        }
        in.keep(timestampDelta, keyLength >= 0);
    }

    private static void skip(RecordCursor in, int length, long end, int index)
            throws MalformedBatchException {
        if (length > 0) {
            if (length > end - in.consumed()) {
                throw wrongLength(index);
            }
            in.skip(length);
        }
    }

    private static void skipHeaders(RecordCursor in, int headers, long end, int index)
            throws MalformedBatchException {
        if (headers < 0) {
            throw new MalformedBatchException("record " + index + " has " + headers + " headers");
        }
        for (int header = 0; header < headers; header++) {
            if (in.consumed() >= end) {
                throw wrongLength(index);
            }
            int keyLength = in.readVarint();
            if (keyLength < 0) {
                throw new MalformedBatchException(
                        "record " + index + " has a header without a key");
            }
            skip(in, keyLength, end, index);
            skip(in, in.readVarint(), end, index);
        }
    }

    private static MalformedBatchException wrongLength(int index) {
        return new MalformedBatchException("record " + index + " is not as long as it declares");
    }
}
