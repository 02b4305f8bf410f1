package io.quafka.bench.load;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Sends one record, waits for its acknowledgement, sends the next.
final class SynchronousProducer {
    private SynchronousProducer() {}

    /// Arguments: `bootstrap`, `topic`, `record-bytes`, `time` in milliseconds.
    static LoadResult run(Arguments arguments) throws ExecutionException, InterruptedException {
        String topic = arguments.text("topic");
        byte[] value = new byte[arguments.integer("record-bytes")];
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.text("bootstrap"),
                        ProducerConfig.LINGER_MS_CONFIG, 0,
                        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        Histogram latency = PacedProducer.newHistogram();
        try (var producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            // The first record waits for metadata; it is not measured.
            producer.send(new ProducerRecord<>(topic, value)).get();
            long start = System.nanoTime();
            long end = start + arguments.time("time").toNanos();
            long count = 0;
            for (long before = start; before < end; before = System.nanoTime()) {
                producer.send(new ProducerRecord<>(topic, value)).get();
                PacedProducer.record(latency, System.nanoTime() - before);
                count++;
            }
            return LoadResult.of(count, count * value.length, System.nanoTime() - start, latency);
        }
    }
}
