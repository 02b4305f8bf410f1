package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// What the log holds in the end, against what was promised on the way.
final class KillVerdict {
    private final Map<KillWitness.Place, String> log = new HashMap<>();
    private final Map<String, Integer> copies = new HashMap<>();

    KillVerdict(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<TopicPartition, Long> next = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            KillWitness.Place place = KillWitness.Place.of(record);
            assertThat(record.offset())
                    .as("offsets of %s without gaps", place.partition())
                    .isEqualTo(next.getOrDefault(place.partition(), 0L));
            next.put(place.partition(), record.offset() + 1);
            String value = Clients.text(record.value());
            log.put(place, value);
            copies.merge(value, 1, Integer::sum);
        }
    }

    /// Each acknowledged record is there once, at the offset that was told, and each partition has
    /// them in the order in which they were sent and acknowledged.
    void requireAll(KillLoad load) {
        Map<TopicPartition, KillLoad.Acknowledged> last = new HashMap<>();
        assertThat(load.records()).hasSize(Math.toIntExact(load.sent()));
        for (KillLoad.Acknowledged record : load.records()) {
            KillWitness.Place place = new KillWitness.Place(record.partition(), record.offset());
            assertThat(log.get(place)).as("%s", place).isEqualTo(record.value());
            assertThat(copies.get(record.value())).as("copies of %s", place).isEqualTo(1);
            KillLoad.Acknowledged before = last.put(record.partition(), record);
            if (before != null) {
                assertThat(number(record)).isGreaterThan(number(before));
                assertThat(record.offset()).isGreaterThan(before.offset());
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
