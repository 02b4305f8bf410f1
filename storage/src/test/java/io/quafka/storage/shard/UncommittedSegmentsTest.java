package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.LogOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments of a follower that are full before it is told that what they hold is committed.
class UncommittedSegmentsTest {
    private static final PartitionKey KEY = new PartitionKey(new Uuid(3, 4), 0);
    private static final LogOptions LOG = new LogOptions(1 << 20, 256 << 10, 0, true, 4);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int RECORDS = 25;
    private static final String LARGE = "v".repeat(100_000);

    @TempDir Path directory;

    @Test
    void theyAreNotTakenForDeadWhenTheyAreCommittedWhileSomebodyLooks() throws Exception {
        try (Index leading = Index.open(directory.resolve("leading"), IndexOptions.DEFAULTS);
                Index following =
                        Index.open(directory.resolve("following"), IndexOptions.DEFAULTS);
                Shard leader = open("leader", leading, false);
                Shard follower = open("follower", following, true)) {
            leader.lead(1);
            for (int i = 0; i < RECORDS; i++) {
                CompletableFuture<Boolean> done = new CompletableFuture<>();
                AppendItem item = append(leader, i, () -> done.complete(true));
                done.get(10, TimeUnit.SECONDS);
                assertThat(item.error()).isEqualTo(Errors.NONE);
            }
            follower.follow(1).get();
            ship(leader, follower);
            assertThat(follower.seal().get()).isTrue();
            List<CommitLog.SealedSegment> before = follower.sealedSegments();
            assertThat(before).hasSizeGreaterThan(1);
            commitWhileReclaiming(follower, following);
            assertThat(follower.appliedPosition()).isEqualTo(follower.logEnd());
            assertThat(follower.sealedSegments()).isEqualTo(before);
            List<Run> runs = new ArrayList<>();
            follower.scanRuns(KEY, 0, runs::add);
            assertThat(runs).isNotEmpty();
            for (Run run : runs) {
                follower.read(run.position(), ByteBuffer.allocateDirect(run.length()));
            }
        }
    }

    /// The writer is held up until the housekeeping has looked, and waits for it.
    private static void commitWhileReclaiming(Shard follower, Index index) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        var _ =
                append(
                        follower,
                        0,
                        () -> {
                            held.countDown();
                            try {
                                looked.await();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        held.await();
        CompletableFuture<Long> committed =
                follower.ship(1, follower.logEnd(), 0, ByteBuffer.allocate(0), follower.logEnd());
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread keeper =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                new Housekeeping(follower, index, InstantSource.system()).reclaim();
                                done.complete(true);
                            } catch (Exception e) {
                                done.completeExceptionally(e);
                            }
                        });
        await().atMost(SOON).until(() -> keeper.getState() == Thread.State.WAITING);
        looked.countDown();
        committed.get(10, TimeUnit.SECONDS);
        done.get(10, TimeUnit.SECONDS);
    }

    private Shard open(String name, Index index, boolean replicated) throws Exception {
        return Shard.open(
                1,
                directory.resolve(name + "-1"),
                index.shard(1),
                LOG,
                new TopicSpaces(),
                new Shard.Origin(0, null, replicated),
                InstantSource.system());
    }

    private static AppendItem append(Shard shard, int sequence, Runnable done) {
        AppendItem item =
                new AppendItem(
                        shard.partition(KEY),
                        StoredBatches.idempotent(9, 0, sequence, 1000, LARGE));
        shard.append(new AppendRequest(List.of(item), LARGE.length(), done));
        return item;
    }

    /// All that the leader has, and nothing of it committed.
    private static void ship(Shard leader, Shard follower) throws Exception {
        while (follower.logEnd() < leader.logEnd()) {
            long position = follower.logEnd();
            CommitLog.Shippable there = Objects.requireNonNull(leader.shippable(position));
            ByteBuffer groups = ByteBuffer.allocateDirect(Math.toIntExact(there.bytes()));
            leader.read(position, groups);
            var _ =
                    follower.ship(1, position, there.salt(), groups.flip(), 0)
                            .get(10, TimeUnit.SECONDS);
        }
    }
}
