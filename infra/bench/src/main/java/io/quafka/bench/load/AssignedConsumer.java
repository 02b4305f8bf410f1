package io.quafka.bench.load;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Reads a topic from the beginning, over and over, for a given time. It assigns the partitions to
/// itself, so that the broker needs no groups; socket buffer and other settings are those of
/// Kafka's own consumer test.
final class AssignedConsumer {
    private static final Duration POLL = Duration.ofMillis(100);

    private AssignedConsumer() {}

    /// Arguments: `bootstrap`, `topic`, `partitions`, `bytes` held by the topic (after as many it
    /// starts again), `time` in milliseconds.
    static LoadResult run(Arguments arguments) {
        String topic = arguments.text("topic");
        List<TopicPartition> partitions =
                IntStream.range(0, arguments.integer("partitions"))
                        .mapToObj(index -> new TopicPartition(topic, index))
                        .toList();
        long topicBytes = (long) arguments.number("bytes");
        Map<String, Object> settings =
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        arguments.text("bootstrap"),
                        ConsumerConfig.RECEIVE_BUFFER_CONFIG,
                        2 * 1024 * 1024,
                        ConsumerConfig.CHECK_CRCS_CONFIG,
                        false,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false);
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long records = 0;
            long bytes = 0;
            long passBytes = 0;
            long start = System.nanoTime();
            long end = start + arguments.time("time").toNanos();
            while (System.nanoTime() < end) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                long polledBytes = 0;
                for (ConsumerRecord<byte[], byte[]> one : polled) {
                    polledBytes += Math.max(0, one.serializedValueSize());
                }
                records += polled.count();
                bytes += polledBytes;
                passBytes += polledBytes;
                if (passBytes >= topicBytes) {
                    passBytes = 0;
                    consumer.seekToBeginning(partitions);
                }
            }
            return LoadResult.of(records, bytes, System.nanoTime() - start);
        }
    }
}
