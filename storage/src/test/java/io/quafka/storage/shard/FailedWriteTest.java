package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.log.LogOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedWriteTest {
    private static final PartitionKey KEY = new PartitionKey(new Uuid(3, 4), 0);
    private static final LogOptions LOG = new LogOptions(1 << 20, 256 << 10, 0, true, 4);

    @TempDir Path directory;

    @Test
    void aBatchWhoseWriteFailedIsNotADuplicateWhenItIsSentAgain() throws Exception {
        try (Index index = Index.open(directory.resolve("index"), IndexOptions.DEFAULTS)) {
            Shard shard = open(index);
            assertThat(send(shard, 0, "kept").baseOffset()).isEqualTo(0);
            shard.log().close();
            assertThat(send(shard, 1, "lost").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
            assertThat(shard.isWritable()).isFalse();
            shard.close();
        }
        try (Index index = Index.open(directory.resolve("index"), IndexOptions.DEFAULTS)) {
            Shard shard = open(index);
            long before = shard.logEnd();
            AppendItem again = send(shard, 1, "lost");
            assertThat(again.error()).isEqualTo(Errors.NONE);
            assertThat(again.baseOffset()).isEqualTo(1);
            assertThat(shard.logEnd()).isGreaterThan(before);
            shard.close();
        }
    }

    private Shard open(Index index) throws Exception {
        Path log = directory.resolve("shard-1");
        return Shard.open(1, log, index.shard(1), LOG, new TopicSpaces(), InstantSource.system());
    }

    private static AppendItem send(Shard shard, int sequence, String value) throws Exception {
        AppendItem item =
                new AppendItem(
                        shard.partition(KEY),
                        StoredBatches.idempotent(9, 0, sequence, 1000, value));
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.append(new AppendRequest(List.of(item), 100, () -> done.complete(true)));
        done.get(10, TimeUnit.SECONDS);
        return item;
    }
}
