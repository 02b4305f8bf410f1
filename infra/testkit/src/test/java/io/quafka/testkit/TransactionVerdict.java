package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Whether a reader of committed records finds each transaction whole or not at all: those whose
/// commit was acknowledged whole, those whose abort was not at all; none twice.
final class TransactionVerdict {
    private TransactionVerdict() {}

    /// @param loads finished ones, which alone wrote to the partitions
    static void require(
            String bootstrap, List<TopicPartition> partitions, List<TransactionalLoad> loads) {
        Map<String, Map<String, Integer>> seen = seen(bootstrap, partitions);
        for (TransactionalLoad load : loads) {
            load.outcomes().forEach((id, outcome) -> check(id, outcome, seen.remove(id)));
        }
        assertThat(seen).as("transactions that nobody began").isEmpty();
    }

    /// How often each record of each transaction is seen.
    private static Map<String, Map<String, Integer>> seen(
            String bootstrap, List<TopicPartition> partitions) {
        Map<String, Map<String, Integer>> seen = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(
                        bootstrap, partitions, Map.of("isolation.level", "read_committed"))) {
            seen.computeIfAbsent(Clients.text(record.key()), _ -> new HashMap<>())
                    .merge(Clients.text(record.value()), 1, Integer::sum);
        }
        return seen;
    }

    private static void check(
            String id, TransactionalLoad.Outcome outcome, @Nullable Map<String, Integer> records) {
        Map<String, Integer> found = records == null ? Map.of() : records;
        assertThat(found.values()).as(id + ": records twice").allMatch(times -> times == 1);
        switch (outcome.end()) {
            case COMMITTED -> assertThat(found).as(id).hasSize(outcome.records());
            case ABORTED -> assertThat(found).as(id).isEmpty();
            case UNKNOWN -> assertThat(found.size()).as(id).isIn(0, outcome.records());
        }
    }
}
