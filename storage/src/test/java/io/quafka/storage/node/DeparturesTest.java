package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;

/// Shards that leave a node, as the thread that follows the metadata sees it.
class DeparturesTest {
    private static final int SHARD = 7;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long LATER = Departures.KEPT.toNanos();

    private final CountDownLatch free = new CountDownLatch(1);
    private final AtomicInteger discarded = new AtomicInteger();
    private final Departures departures =
            new Departures(1, new Shards(1, new FixedMetadata(0)), this::discard);
    private int failures;

    private void discard(int id) throws IOException, InterruptedException {
        assertThat(id).isEqualTo(SHARD);
        free.await();
        if (failures-- > 0) {
            throw new IOException("the disk fails");
        }
        discarded.incrementAndGet();
    }

    private static ClusterImage carriedBy(int node, int leader) {
        ShardState state = new ShardState(SHARD, 1, leader, List.of(node), List.of(node));
        return new ClusterImage(
                1,
                "c",
                HashTreePMap.empty(),
                HashTreePMap.singleton(SHARD, state),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                0,
                3,
                SHARD + 1);
    }

    private boolean work(ClusterImage image, long nowNanos) {
        return departures.work(
                image,
                new ReplicaPuller.Copies() {
                    @Override
                    public void want(int shard) {}

                    @Override
                    public boolean isWanted(int shard) {
                        return false;
                    }
                },
                nowNanos);
    }

    private void leave(ClusterImage elsewhere) {
        departures.imageIs(carriedBy(1, 1), 0);
        departures.imageIs(elsewhere, 0);
    }

    @Test
    void nobodyWaitsWhileOneIsTakenOffTheDisk() {
        ClusterImage elsewhere = carriedBy(2, 2);
        leave(elsewhere);
        assertThat(work(elsewhere, LATER - 1)).isFalse();
        assertThat(departures.isGoing(SHARD)).isFalse();
        assertThat(work(elsewhere, LATER)).isFalse();
        assertThat(departures.isGoing(SHARD)).isTrue();
        // It is to be here again meanwhile: not before it is gone.
        departures.imageIs(carriedBy(1, 1), LATER);
        assertThat(work(carriedBy(1, 1), LATER)).isFalse();
        free.countDown();
        await().atMost(SOON).until(() -> work(carriedBy(1, 1), LATER));
        assertThat(discarded).hasValue(1);
        assertThat(departures.isGoing(SHARD)).isFalse();
        assertThat(departures.isEmpty()).isTrue();
    }

    @Test
    void whatCouldNotBeDeletedIsTriedAgain() {
        failures = 1;
        free.countDown();
        ClusterImage elsewhere = carriedBy(2, 2);
        leave(elsewhere);
        work(elsewhere, LATER);
        await().atMost(SOON).until(() -> work(elsewhere, LATER));
        assertThat(departures.isEmpty()).isFalse();
        work(elsewhere, 2 * LATER);
        await().atMost(SOON).until(() -> work(elsewhere, 2 * LATER));
        assertThat(discarded).hasValue(1);
        assertThat(departures.isEmpty()).isTrue();
    }

    @Test
    void whatNobodyLeadsOrWhatComesBackInTimeStays() {
        ClusterImage leaderless = carriedBy(2, ShardState.NO_LEADER);
        leave(leaderless);
        work(leaderless, LATER);
        assertThat(departures.isGoing(SHARD)).isFalse();
        departures.imageIs(carriedBy(1, 1), LATER);
        work(carriedBy(1, 1), LATER);
        assertThat(departures.isEmpty()).isTrue();
        assertThat(discarded).hasValue(0);
    }
}
