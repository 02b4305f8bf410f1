package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// What the log holds in the end, against what was promised on the way. Keeps a digest of each
/// record, and one record at a time.
final class KillVerdict {
    private final Map<KillWitness.Place, String> log = new HashMap<>();
    private final Map<String, Integer> copies = new HashMap<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /// Reads all of the partitions.
    KillVerdict(String bootstrap, List<TopicPartition> partitions) {
        Clients.readAll(bootstrap, partitions, Map.of(), this::note);
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
        KillWitness.Place place = KillWitness.Place.of(record);
        long due = next.getOrDefault(place.partition(), 0L);
        if (record.offset() != due) {
            throw new AssertionError("offset %d is missing before %s".formatted(due, place));
        }
        next.put(place.partition(), due + 1);
        String value = KillLoad.digest(record.value());
        log.put(place, value);
        copies.merge(value, 1, Integer::sum);
    }

    /// Each acknowledged record is there once, at the offset that was told, and each partition has
    /// them in the order in which they were sent. They may be acknowledged in another order: the
    /// answer to a batch was lost, the next batch was answered, and then the first was found to be
    /// there already.
    void requireAll(KillLoad load) {
        assertThat(load.records()).hasSize(Math.toIntExact(load.sent()));
        for (KillLoad.Acknowledged record : load.records()) {
            KillWitness.Place place = new KillWitness.Place(record.partition(), record.offset());
            assertThat(log.get(place)).as("%s", place).isEqualTo(record.value());
            assertThat(copies.get(record.value())).as("copies of %s", place).isEqualTo(1);
        }
        Map<TopicPartition, KillLoad.Acknowledged> last = new HashMap<>();
        List<KillLoad.Acknowledged> byOffset = new ArrayList<>(load.records());
        byOffset.sort(Comparator.comparingLong(KillLoad.Acknowledged::offset));
        for (KillLoad.Acknowledged record : byOffset) {
            KillLoad.Acknowledged before = last.put(record.partition(), record);
            if (before != null) {
                assertThat(number(record)).as("after %s", before).isGreaterThan(number(before));
            }
        }
    }

    /// As every record was acknowledged in the end, there is nothing in the log besides.
    void requireNothingElse(List<KillLoad> loads) {
        assertThat(log).hasSize(Math.toIntExact(loads.stream().mapToLong(KillLoad::sent).sum()));
    }

    void requireUnchanged(Map<KillWitness.Place, String> seen) {
        seen.forEach((place, value) -> assertThat(log.get(place)).as("%s", place).isEqualTo(value));
    }

    private static long number(KillLoad.Acknowledged record) {
        return Long.parseLong(record.value().split(":", 3)[1]);
    }
}
