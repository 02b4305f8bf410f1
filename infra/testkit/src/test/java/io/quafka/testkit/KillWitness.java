package io.quafka.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Reads everything as it comes, through kills and restarts, and remembers what it saw where, as
/// [KillLoad#digest]s.
final class KillWitness {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration FINISH_MAX = Duration.ofSeconds(60);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<Place, String> seen = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean finishing;
    private volatile @Nullable Throwable failure;

    record Place(TopicPartition partition, long offset) {
        static Place of(ConsumerRecord<byte[], byte[]> record) {
            return new Place(
                    new TopicPartition(record.topic(), record.partition()), record.offset());
        }
    }

    KillWitness(String bootstrap, List<TopicPartition> partitions) {
        consumer = Clients.consumer(bootstrap, Map.of("max.poll.records", "5000"));
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, 0));
        thread = Thread.ofPlatform().daemon().name("witness").start(this::run);
    }

    private void run() {
        try {
            while (!finishing) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (seen.put(Place.of(record), KillLoad.digest(record.value())) != null) {
                        throw new AssertionError("read twice without going back: " + record);
                    }
                }
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        } finally {
            consumer.close();
        }
    }

    boolean isFailed() {
        return failure != null;
    }

    void finish() throws InterruptedException {
        finishing = true;
        if (!thread.join(FINISH_MAX) || failure != null) {
            throw new AssertionError("the reader failed", failure);
        }
    }

    Map<Place, String> seen() {
        return seen;
    }
}
