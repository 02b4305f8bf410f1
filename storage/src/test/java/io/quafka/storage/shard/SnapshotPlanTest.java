package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPlanTest {
    private static final SnapshotPlan PLAN =
            new SnapshotPlan(
                    List.of(new SnapshotPlan.Span(100, 200), new SnapshotPlan.Span(300, 400)),
                    1000);

    @TempDir private Path directory;

    @Test
    void whatIsNotNeededIsPassedOver() {
        assertThat(PLAN.start()).isEqualTo(100);
        assertThat(PLAN.next(150)).isEqualTo(150);
        assertThat(PLAN.next(200)).isEqualTo(300);
        assertThat(PLAN.next(400)).isEqualTo(1000);
        assertThat(PLAN.next(1234)).isEqualTo(1234);
    }

    @Test
    void itIsReadAsItWasWrittenOrNotAtAll() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(PLAN.bytes());
        PLAN.write(bytes);
        bytes.flip();
        assertThat(SnapshotPlan.read(bytes)).isEqualTo(PLAN);
        bytes.put(13, (byte) 1);
        assertThatThrownBy(() -> SnapshotPlan.read(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void whatWasCompactedAfterItWasTieredIsNotLeftToItsObjects() {
        PartitionKey plain = new PartitionKey(new Uuid(1, 1), 0);
        PartitionKey compacted = new PartitionKey(new Uuid(1, 2), 0);
        try (Index index = Index.open(directory, IndexOptions.DEFAULTS)) {
            ShardIndex rows = index.shard(0);
            TieredRange range = new TieredRange(0, 19, 7, 0, 100, 1, 5, 5, 100);
            rows.newUpdate()
                    .putRange(plain, range)
                    .putRun(plain, new Run(0, 9, 0, 10, 1, 5, 5, 10))
                    .putRange(compacted, range)
                    .putRun(compacted, new Run(0, 9, 0, 10, 1, 5, 5, 10))
                    .putRun(compacted, new Run(10, 15, 640, 10, 1, 5, 5, 20, 1234))
                    .commit();
            assertThat(SnapshotPlan.untieredFrom(rows, plain)).isEqualTo(20);
            assertThat(SnapshotPlan.untieredFrom(rows, compacted)).isZero();
        }
    }
}
