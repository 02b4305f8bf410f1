package io.quafka.tiering.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.s3server.S3Server;
import io.quafka.tiering.object.Batches;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.store.CountingMeter;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreOperation;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/// What an upload of many partitions costs.
class PutsTest {
    private static final int PARTITIONS = 1_000;
    private static final int BYTES = 16 << 10;

    @Test
    void oneUploadServesAThousandPartitions() throws Exception {
        CountingMeter meter = new CountingMeter();
        try (S3Server server = S3Server.inMemory();
                ObjectStore store = S3Store.open(TestConfigs.of(server.endpoint(), ""), meter)) {
            WrittenObject written;
            ObjectOrigin origin = new ObjectOrigin(1, 2, 3, 4);
            try (ObjectWriter writer =
                    ObjectWriter.begin(store, "shared", origin, ObjectWriter.BLOCK_BYTES)) {
                for (int i = 0; i < PARTITIONS; i++) {
                    TieredPartition partition = new TieredPartition(new Uuid(1, 1), i);
                    writer.append(partition, Batches.batch(i, 1, BYTES, 0, i));
                }
                written = writer.commit();
            }
            long parts = Math.ceilDiv(written.stored().size(), S3Limits.PART_BYTES_MIN);
            assertThat(meter.count(StoreOperation.PUT)).isEqualTo(parts + 2);
            assertThat(meter.count(StoreOperation.PUT) * 50).isLessThanOrEqualTo(PARTITIONS);
            assertThat(new ObjectReader(store).verify("shared")).isEqualTo(written.index());
        }
    }
}
