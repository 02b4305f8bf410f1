package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Resume;
import io.quafka.testkit.history.Place;
import io.quafka.testkit.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A consumer, recorded. Used by one thread.
final class Reading implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final Recorder recorder;
    private final String by;
    private final Isolation isolation;
    private final @Nullable String group;
    private final KafkaConsumer<String, String> consumer;
    private long polledNanos;

    /// @param group its `group.id`, or null
    Reading(
            Surroundings surroundings,
            String by,
            Isolation isolation,
            @Nullable String group,
            Map<String, String> settings) {
        this.recorder = surroundings.recorder();
        this.by = by;
        this.isolation = isolation;
        this.group = group;
        Map<String, String> all = new HashMap<>(settings);
        all.put(
                "isolation.level",
                isolation == Isolation.COMMITTED ? "read_committed" : "read_uncommitted");
        if (group != null) {
            all.put("group.id", group);
            all.put("auto.offset.reset", "earliest");
        }
        consumer = surroundings.consumer(all);
    }

    static Map<String, String> protocol(String name) {
        return name.equals("classic")
                ? Map.of(
                        "group.protocol",
                        name,
                        "session.timeout.ms",
                        "6000",
                        "heartbeat.interval.ms",
                        "1000")
                : Map.of("group.protocol", name.toLowerCase(Locale.ROOT));
    }

    KafkaConsumer<String, String> consumer() {
        return consumer;
    }

    /// Takes part in the group, and records where it is to read on.
    void subscribe(List<String> topics) {
        consumer.subscribe(
                topics,
                new ConsumerRebalanceListener() {
                    @Override
                    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                        partitions.forEach(Reading.this::resumed);
                    }

                    @Override
                    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                        // What was not committed is read by somebody else again.
                    }
                });
    }

    private void resumed(TopicPartition partition) {
        // The committed offset may have been asked for since the poll began.
        long position = consumer.position(partition);
        recorder.add(new Resume(by, recorder.since(polledNanos), group, partition, position));
    }

    /// Reads all from the start.
    void assign(Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            long begun = recorder.now();
            consumer.seek(partition, 0);
            recorder.add(new Resume(by, recorder.since(begun), null, partition, 0));
        }
    }

    /// Polls once and records what came.
    ///
    /// @param transaction within which it is read, or null
    /// @return by partition, the offset behind the last record, and the records
    Polled poll(@Nullable String transaction) {
        polledNanos = recorder.now();
        ConsumerRecords<String, String> records = consumer.poll(POLL);
        List<Read> reads = new ArrayList<>();
        Map<TopicPartition, Long> next = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            reads.add(new Read(new Place(partition, record.offset()), record.value()));
            next.put(partition, record.offset() + 1);
        }
        if (!reads.isEmpty()) {
            recorder.add(new Poll(by, recorder.since(polledNanos), isolation, transaction, reads));
        }
        return new Polled(reads, next);
    }

    /// @param next the offset behind the last record, by partition
    record Polled(List<Read> reads, Map<TopicPartition, Long> next) {}

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_MAX));
    }
}
