package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
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

/// What of the log is kept for the copy of the manifest, over restarts.
class CopiedManifestTest {
    private static final PartitionKey KEY = new PartitionKey(new Uuid(3, 4), 0);
    private static final LogOptions LOG = new LogOptions(1 << 20, 256 << 10, 0, true, 4);
    private static final Shard.Origin WITH_COPIES = new Shard.Origin(0, _ -> false, false);

    @TempDir Path directory;

    @Test
    void whatTheCopyMayLackIsKeptOverARestart() throws Exception {
        long committed;
        try (Index index = index();
                Shard shard = open(index)) {
            assertThat(keeps(shard, 0)).as("there are no objects").isFalse();
            commit(shard, 0);
            committed = shard.logEnd();
            assertThat(keeps(shard, 0)).isTrue();
        }
        try (Index index = index();
                Shard shard = open(index)) {
            assertThat(keeps(shard, 0)).as("not copied yet").isTrue();
            long position = shard.manifest().notedTo();
            shard.manifest().changes().begin();
            shard.manifest().changes().written();
            assertThat(keeps(shard, 0)).as("copied").isFalse();
            shard.manifest().copied(shard.manifest().changes().copiedTo(position));
        }
        try (Index index = index();
                Shard shard = open(index)) {
            assertThat(keeps(shard, 0)).as("copied before the restart").isFalse();
            commit(shard, 1);
            assertThat(keeps(shard, committed)).isTrue();
        }
        try (Index index = index();
                Shard shard = open(index)) {
            assertThat(shard.manifest().changes().needs(0, committed)).isFalse();
            assertThat(keeps(shard, committed)).as("the later one is not copied").isTrue();
        }
    }

    @Test
    void anIntentIsNotPassedOver() throws Exception {
        try (Index index = index();
                Shard shard = open(index)) {
            IntendedObject intended = shard.manifest().intend(7).get();
            append(shard, 0);
            shard.feedIndex().get();
            assertThat(shard.manifest().notedTo()).isEqualTo(intended.number());
        }
    }

    private static boolean keeps(Shard shard, long from) {
        return shard.manifest().changes().needs(from, shard.logEnd());
    }

    private static void commit(Shard shard, long offset) throws Exception {
        IntendedObject object = shard.manifest().intend(offset).get();
        append(shard, offset);
        TieredRange range =
                new TieredRange(offset, offset, object.number(), 0, 100, 0, 1000, 1000, 100);
        ObjectCommit commit =
                new ObjectCommit(
                        object.number(),
                        object.epoch(),
                        1000,
                        List.of(new ObjectCommit.Placed(KEY, range)),
                        true,
                        false);
        assertThat(shard.manifest().commit(commit).get()).isEqualTo(1);
        shard.feedIndex().get();
    }

    private static void append(Shard shard, long offset) throws Exception {
        AppendItem item =
                new AppendItem(
                        shard.partition(KEY),
                        StoredBatches.idempotent(9, 0, (int) offset, 1000, "value"));
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.append(new AppendRequest(List.of(item), 100, () -> done.complete(true)));
        done.get(10, TimeUnit.SECONDS);
        assertThat(item.error()).isEqualTo(Errors.NONE);
    }

    private Index index() {
        return Index.open(directory.resolve("index"), IndexOptions.DEFAULTS);
    }

    private Shard open(Index index) throws Exception {
        return Shard.open(
                1,
                directory.resolve("shard-1"),
                index.shard(1),
                LOG,
                new TopicSpaces(),
                WITH_COPIES,
                InstantSource.system());
    }
}
