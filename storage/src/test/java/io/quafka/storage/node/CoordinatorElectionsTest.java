package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.coordinator.CoordinatorLog;
import io.quafka.storage.coordinator.CoordinatorLogs;
import io.quafka.storage.coordinator.Coordinators;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How soon a node's coordinators load what the node comes to lead.
class CoordinatorElectionsTest {
    private static final Duration SLOW = Duration.ofSeconds(2);

    /// Far less than what is rested after work that takes so long as [#SLOW].
    private static final Duration SOON = Duration.ofSeconds(15);

    private final FixedMetadata metadata = new FixedMetadata(1);
    private final ExecutorService readers = Executors.newSingleThreadExecutor();
    private final EmptyLogs logs = new EmptyLogs();
    private Coordinators coordinators;

    /// Logs of partitions in which nothing is; loading one asks where it ends.
    private static final class EmptyLogs implements CoordinatorLogs {
        final AtomicInteger loads = new AtomicInteger();
        final AtomicInteger searches = new AtomicInteger();
        volatile boolean there = true;

        /// Of the next search.
        final AtomicReference<Duration> delay = new AtomicReference<>(Duration.ZERO);

        @Override
        public @Nullable CoordinatorLog find(String topic, int partition) {
            boolean found = there;
            searches.incrementAndGet();
            try {
                TimeUnit.NANOSECONDS.sleep(delay.getAndSet(Duration.ZERO).toNanos());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            return found ? new EmptyLog() : null;
        }

        private final class EmptyLog implements CoordinatorLog {
            @Override
            public long start() {
                return 0;
            }

            @Override
            public long end() {
                loads.incrementAndGet();
                return 0;
            }

            @Override
            public @Nullable Chunk read(long offset, int maxBytes) {
                return null;
            }

            @Override
            public void append(ByteBuffer batch, long expectedOffset, Done done) {
                done.done(Errors.NOT_LEADER_OR_FOLLOWER, null);
            }

            @Override
            public int maxBatchBytes() {
                return 1 << 20;
            }
        }
    }

    @BeforeEach
    void open() {
        coordinators =
                new Coordinators(
                        1,
                        metadata,
                        logs,
                        readers,
                        CoordinatorConfig.DEFAULTS,
                        InstantSource.system(),
                        null);
    }

    @AfterEach
    void close() {
        coordinators.close();
        readers.shutdownNow();
    }

    private void awaitLoads(int count) {
        await().atMost(SOON).untilAsserted(() -> assertThat(logs.loads).hasValue(count));
    }

    @Test
    void electionsAreFollowedAtOnceHoweverLongTheLastOnesTook() {
        metadata.topic("__consumer_offsets", 1, FixedMetadata.settings(-1, -1));
        logs.delay.set(SLOW);
        coordinators.start();
        awaitLoads(1);
        // Another one leads, and then this one again.
        logs.there = false;
        int before = logs.searches.get();
        metadata.shard(1, 2);
        await().atMost(SOON).until(() -> logs.searches.get() > before);
        logs.there = true;
        awaitLoads(2);
    }

    @Test
    void aLogThatCannotBeFoundForAWhileIsLoadedThoughNoOtherImageComes() {
        metadata.topic("__consumer_offsets", 1, FixedMetadata.settings(-1, -1));
        coordinators.start();
        awaitLoads(1);
        // As while the node cannot be sure that nobody else leads: an image comes.
        logs.there = false;
        metadata.shard(1, 2);
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> logs.loads.get() == 1);
        logs.there = true;
        awaitLoads(2);
    }
}
