package io.quafka.storage.batch;

import static io.quafka.storage.batch.Batches.NOW;
import static io.quafka.storage.batch.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.batch.RecordScan.TimestampedOffset;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordScanTest {
    private static final long BASE = 1000;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void findsByTime(CompressionType compression) {
        ByteBuffer batch = stored(compression, 5, 3, 9, 9, 7);

        assertThat(RecordScan.firstNotOlder(batch, NOW, 0)).isEqualTo(at(0, 5));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 5, 0)).isEqualTo(at(0, 5));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 6, 0)).isEqualTo(at(2, 9));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 9, BASE + 3)).isEqualTo(at(3, 9));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 6, BASE + 4)).isEqualTo(at(4, 7));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 8, BASE + 4)).isNull();
        assertThat(RecordScan.firstNotOlder(batch, NOW + 10, 0)).isNull();
        assertThat(RecordScan.firstNotOlder(batch, NOW, BASE + 5)).isNull();
        assertThat(RecordScan.latest(batch)).isEqualTo(at(2, 9));
        assertThat(batch.position()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void appendTimeIsEveryRecordsTime(CompressionType compression) {
        ByteBuffer batch = stored(compression, 5, 3, 9);
        BatchHeader.stampLogAppendTime(batch, 3, NOW + 100);

        assertThat(RecordScan.firstNotOlder(batch, NOW + 50, 0)).isEqualTo(at(0, 100));
        assertThat(RecordScan.firstNotOlder(batch, NOW + 50, BASE + 1)).isEqualTo(at(1, 100));
        assertThat(RecordScan.latest(batch)).isEqualTo(at(0, 100));
    }

    private static TimestampedOffset at(int offsetDelta, long afterNow) {
        return new TimestampedOffset(BASE + offsetDelta, NOW + afterNow);
    }

    /// As a read gives it: somewhere in a direct buffer, with its offset.
    private static ByteBuffer stored(CompressionType compression, long... afterNow) {
        SimpleRecord[] records = new SimpleRecord[afterNow.length];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(NOW + afterNow[i], new byte[i], new byte[i * 20]);
        }
        ByteBuffer batch = batch(compression, records);
        ByteBuffer read =
                ByteBuffer.allocateDirect(batch.limit() + 3).position(3).put(batch).position(3);
        BatchHeader.setBaseOffset(read, 3, BASE);
        return read;
    }
}
