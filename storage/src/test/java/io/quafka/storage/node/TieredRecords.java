package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.tier.Merging;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.tiering.store.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What was produced to a topic that is tiered at once, and keeps no local copies.
final class TieredRecords {
    private static final int VALUE_BYTES = 20_000;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

    private final Topic topic;

    /// By partition, each record as `offset=value`.
    private final List<List<String>> expected = new ArrayList<>();

    TieredRecords(Topic topic) {
        this.topic = topic;
        for (int i = 0; i < topic.partitionCount(); i++) {
            expected.add(new ArrayList<>());
        }
    }

    /// Tiering that waits for nothing.
    static TieringConfig config(ObjectStore through, Merging merging) {
        return new TieringConfig(
                through,
                Duration.ofMillis(5),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofDays(1),
                Duration.ZERO,
                Duration.ofMillis(1),
                Duration.ofMillis(20),
                Duration.ZERO,
                merging,
                null);
    }

    /// What is expected of a partition; may be changed.
    List<String> of(int partition) {
        return expected.get(partition);
    }

    void produce(NodeUnderTest node, int records, Random random) throws Exception {
        for (int i = 0; i < records; i++) {
            int partition = random.nextInt(expected.size());
            String value = random.nextLong() + "v".repeat(random.nextInt(VALUE_BYTES));
            long offset = node.append(topic, partition, value);
            List<String> log = expected.get(partition);
            assertThat(offset).isEqualTo(log.size());
            log.add(offset + "=" + value);
        }
    }

    /// Waits until everything lies in objects, and nothing else does.
    void awaitTiered(TieredLog log) {
        await().atMost(QUIET_WITHIN)
                .untilAsserted(() -> {
                    assertLocalCopiesGone(log);
                    assertThat(log.keysInStore()).isEqualTo(log.keysInManifest());
                    assertThat(log.isQuiet()).isTrue();
                });
    }

    void assertLocalCopiesGone(TieredLog log) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(log.partition(topic, i).localStart()).isEqualTo(expected.get(i).size());
        }
    }
}
