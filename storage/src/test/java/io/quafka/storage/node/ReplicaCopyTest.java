package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.UnfinishedCopy;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;
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

    /// A producer whose sequence goes on.
    private static final long PRODUCER = 77;

    @TempDir private Path directory;

    private ReplicatedCluster cluster;
    private Topic kept;
    private Topic gone;
    private final List<String> acknowledged = new ArrayList<>();
    private int sequence;

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedCluster(directory.resolve("cluster"));
        kept = cluster.topic("kept", Map.of("min.insync.replicas", "2"));
        gone = cluster.topic("gone", Map.of("min.insync.replicas", "2"));
        assertThat(cluster.state(gone).id()).isEqualTo(cluster.state(kept).id());
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private void append(int records) throws Exception {
        for (int i = 0; i < records; i++) {
            String value = "v" + acknowledged.size();
            long deadline = System.nanoTime() + SETTLED_MAX.toNanos();
            while (true) {
                var answer =
                        cluster.produce(
                                kept,
                                StoredBatches.idempotent(
                                        PRODUCER, 0, sequence, System.currentTimeMillis(), value));
                if (answer.errorCode() == Errors.NONE.code()) {
                    acknowledged.add(answer.baseOffset() + "=" + value);
                    sequence++;
                    break;
                }
                assertThat(System.nanoTime()).isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    /// Writes what fills some segments, and has all of it go.
    private void churn() throws Exception {
        long last = 0;
        for (int i = 0; i < 25; i++) {
            last = cluster.append(gone, LARGE);
        }
        append(5);
        cluster.deleteRecords(gone, last);
    }

    private void awaitInSync(Integer... nodes) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.state(kept).inSync()).containsExactlyInAnyOrder(nodes));
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
        append(1);
    }

    private long stopBehind() throws Exception {
        append(5);
        long end = cluster.shard(3, kept).logEnd();
        cluster.stop(3);
        churn();
        awaitDropped(end);
        return end;
    }

    /// Node 3 has it all: nobody else is asked.
    private void requireAllOnThree() throws Exception {
        awaitInSync(1, 2, 3);
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
        append(3);
        // A batch that is sent again is known still.
        var again =
                cluster.produce(
                        kept,
                        StoredBatches.idempotent(
                                PRODUCER,
                                0,
                                sequence - 1,
                                System.currentTimeMillis(),
                                "v" + (acknowledged.size() - 1)));
        assertThat(again.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(again.baseOffset() + "=v" + (acknowledged.size() - 1))
                .isEqualTo(acknowledged.getLast());
        assertThat(cluster.read(kept, 0)).isEqualTo(acknowledged);
        awaitInSync(1, 2, 3);
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
        delete(cluster.directoryOf(3));
        cluster.start(3);
        requireAllOnThree();
        stopThree();
        cluster.start(3);
        requireAllOnThree();
        stopThree();
        delete(cluster.directoryOf(3).resolve("index"));
        cluster.start(3);
        requireAllOnThree();
    }

    @Test
    void whatACrashLeavesOfACopyIsBegunAgain() throws Exception {
        stopBehind();
        List<Path> crashes = new ArrayList<>();
        cluster.onCopying(node -> {
            Path crash = directory.resolve("crash-" + crashes.size());
            copy(cluster.directoryOf(node), crash);
            crashes.add(crash);
        });
        cluster.start(3);
        requireAllOnThree();
        cluster.onCopying(_ -> {});
        stopThree();
        // All that was done, but for the last step.
        Path last = directory.resolve("crash-last");
        copy(cluster.directoryOf(3), last);
        UnfinishedCopy.begin(last.resolve("shard-" + cluster.state(kept).id()));
        crashes.add(last);
        assertThat(crashes).hasSizeGreaterThan(4);
        for (Path crash :
                List.of(
                        crashes.get(1),
                        crashes.get(crashes.size() / 2),
                        crashes.get(crashes.size() - 2),
                        last)) {
            delete(cluster.directoryOf(3));
            copy(crash, cluster.directoryOf(3));
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
        awaitInSync(1, 2, 3);
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

    static void delete(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /// As a crash leaves it.
    private static void copy(Path from, Path to) {
        try {
            Files.walkFileTree(
                    from,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) throws IOException {
                            Files.createDirectories(to.resolve(from.relativize(folder)));
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            try {
                                Files.copy(file, to.resolve(from.relativize(file)));
                            } catch (NoSuchFileException e) {
                                assertThat(file).doesNotExist();
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
