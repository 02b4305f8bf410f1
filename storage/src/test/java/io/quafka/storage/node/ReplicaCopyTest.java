package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.UnfinishedCopy;
import io.quafka.storage.shard.Shard;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Replicas that lack what their leader has dropped are made anew, whatever happens meanwhile:
/// whoever leads has what was acknowledged.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReplicaCopyTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(30);
    private static final String LARGE = "v".repeat(100_000);

    @TempDir private Path directory;

    private ReplicatedCluster cluster;
    private Topic kept;
    private Topic gone;
    private CheckedLog log;
    private SettledCluster settled;

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedCluster(directory.resolve("cluster"));
        kept = cluster.topic("kept", Map.of("min.insync.replicas", "2"));
        log = new CheckedLog(cluster, kept);
        settled = new SettledCluster(cluster);
        gone = cluster.topic("gone", Map.of("min.insync.replicas", "2"));
        assertThat(cluster.state(gone).id()).isEqualTo(cluster.state(kept).id());
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    /// Writes what fills some segments, and has all of it go.
    private void churn() throws Exception {
        long last = 0;
        for (int i = 0; i < 25; i++) {
            last = cluster.append(gone, LARGE);
        }
        log.append(5);
        cluster.deleteRecords(gone, last);
    }

    /// The leader does not have all that comes behind an end any more.
    private void awaitDropped(long end) {
        await().atMost(SETTLED_MAX)
                .until(() -> lacksSome(cluster.shard(cluster.state(kept).leader(), kept), end));
    }

    private static boolean lacksSome(Shard shard, long end) {
        long at = end;
        for (CommitLog.SealedSegment segment : shard.sealedSegments()) {
            if (segment.end() > at) {
                if (segment.base() > at) {
                    return true;
                }
                at = segment.end();
            }
        }
        return shard.activeBase() > at;
    }

    /// What the node said before does not do for being in sync when it comes back.
    private void stopThree() throws Exception {
        cluster.stop(3);
        log.append(1);
    }

    private long stopBehind() throws Exception {
        log.append(5);
        long end = cluster.shard(3, kept).logEnd();
        cluster.stop(3);
        churn();
        awaitDropped(end);
        return end;
    }

    /// Node 3 has it all: nobody else is asked.
    private void requireAllOnThree() throws Exception {
        settled.awaitInSync(kept, 1, 2, 3);
        ShardState state = cluster.state(kept);
        for (int id = 1; id <= 2; id++) {
            if (state.leader() != 3) {
                cluster.decide(new Command.FenceNode(state.leader(), true));
                state = cluster.state(kept);
            }
        }
        assertThat(state.leader()).isEqualTo(3);
        for (int id = 1; id <= 2; id++) {
            cluster.decide(new Command.FenceNode(id, false));
        }
        log.append(3);
        // A batch that is sent again is known still.
        log.requireLastKnown();
        log.requireAll();
        settled.awaitInSync(kept, 1, 2, 3);
    }

    @Test
    void whoWasAwayForTooLongIsMadeAnew() throws Exception {
        long end = stopBehind();
        cluster.start(3);
        requireAllOnThree();
        assertThat(lacksSome(cluster.shard(3, kept), end)).isTrue();
        assertThat(cluster.shard(3, kept).lastEpoch())
                .isGreaterThan(RecordBatch.NO_PARTITION_LEADER_EPOCH);
    }

    @Test
    void whoLostItsDiskIsMadeAnewAndThenItsIndex() throws Exception {
        stopBehind();
        DiskImage.delete(cluster.directoryOf(3));
        cluster.start(3);
        requireAllOnThree();
        stopThree();
        cluster.start(3);
        requireAllOnThree();
        stopThree();
        DiskImage.delete(cluster.directoryOf(3).resolve("index"));
        cluster.start(3);
        requireAllOnThree();
    }

    @Test
    void whatACrashLeavesOfACopyIsBegunAgain() throws Exception {
        stopBehind();
        List<Path> crashes = new ArrayList<>();
        cluster.onCopying(node -> {
            Path crash = directory.resolve("crash-" + crashes.size());
            DiskImage.copy(cluster.directoryOf(node), crash);
            crashes.add(crash);
        });
        cluster.start(3);
        requireAllOnThree();
        cluster.onCopying(_ -> {});
        stopThree();
        // All that was done, but for the last step.
        Path last = directory.resolve("crash-last");
        DiskImage.copy(cluster.directoryOf(3), last);
        UnfinishedCopy.begin(last.resolve("shard-" + cluster.state(kept).id()));
        crashes.add(last);
        assertThat(crashes).hasSizeGreaterThan(4);
        for (Path crash :
                List.of(
                        crashes.get(1),
                        crashes.get(crashes.size() / 2),
                        crashes.get(crashes.size() - 2),
                        last)) {
            DiskImage.delete(cluster.directoryOf(3));
            DiskImage.copy(crash, cluster.directoryOf(3));
            AtomicInteger asked = new AtomicInteger();
            cluster.onCopying(_ -> asked.incrementAndGet());
            cluster.start(3);
            requireAllOnThree();
            assertThat(asked.get()).isPositive();
            stopThree();
        }
        cluster.start(3);
    }

    @Test
    void itBeginsAgainWhenAnotherLeadsMeanwhile() throws Exception {
        stopBehind();
        AtomicBoolean once = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        cluster.onCopying(_ -> {
            if (asked.incrementAndGet() == 3 && once.compareAndSet(false, true)) {
                cluster.decide(new Command.FenceNode(1, true));
                cluster.decide(new Command.FenceNode(1, false));
            }
        });
        cluster.start(3);
        await().atMost(SETTLED_MAX).until(once::get);
        settled.awaitInSync(kept, 1, 2, 3);
        assertThat(cluster.state(kept).leader()).isEqualTo(2);
        requireAllOnThree();
    }

    @Test
    void recordsComeAndGoMeanwhile() throws Exception {
        stopBehind();
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean failed = new AtomicBoolean();
        cluster.onCopying(_ -> {
            if (asked.incrementAndGet() % 2 == 0 && asked.get() < 12) {
                try {
                    churn();
                    TimeUnit.MILLISECONDS.sleep(300);
                } catch (Exception e) {
                    failed.set(true);
                }
            }
        });
        cluster.start(3);
        requireAllOnThree();
        assertThat(failed).isFalse();
    }

    @Test
    void nobodyIsMadeAnewFromAnIndexThatHasNothingYet() throws Exception {
        Topic fresh = cluster.topic("fresh", List.of(2, 3, 1), Map.of());
        CheckedLog load = new CheckedLog(cluster, fresh, true);
        cluster.stop(3);
        settled.awaitLed(fresh, 2);
        Shard leader = cluster.shard(2, fresh);
        AtomicBoolean early = new AtomicBoolean();
        cluster.onCopying(_ -> early.compareAndSet(false, leader.appliedPosition() == 0));
        AtomicBoolean enough = new AtomicBoolean();
        // Neither so much that the index is given some of it, nor with a pause in which it is.
        CompletableFuture<Void> appending =
                CompletableFuture.runAsync(() -> {
                    try {
                        while (!enough.get()) {
                            load.append(1);
                            TimeUnit.MILLISECONDS.sleep(5);
                        }
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
        await().atMost(SETTLED_MAX).until(() -> !leader.sealedSegments().isEmpty());
        cluster.start(3);
        settled.awaitInSync(fresh, 1, 2, 3);
        enough.set(true);
        appending.get(1, TimeUnit.MINUTES);
        assertThat(early).isFalse();
        load.requireAll();
    }
}
