package io.quafka.bench.load;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Sends records in one transaction after the other. Latency is that of a whole transaction.
final class TransactionalProducer {
    private static final String ID = "bench";

    private TransactionalProducer() {}

    /// Arguments: `bootstrap`, `topic`, `record-bytes`, `transaction-records`, `time` in
    /// milliseconds.
    static LoadResult run(Arguments arguments) {
        String topic = arguments.text("topic");
        byte[] value = new byte[arguments.integer("record-bytes")];
        int records = arguments.integer("transaction-records");
        Histogram latency = PacedProducer.newHistogram();
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        arguments.text("bootstrap"),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        ID);
        try (var producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            // The first transaction waits for metadata; it is not measured.
            transaction(producer, topic, value, records);
            long start = System.nanoTime();
            long end = start + arguments.time("time").toNanos();
            long count = 0;
            for (long before = start; before < end; before = System.nanoTime()) {
                transaction(producer, topic, value, records);
                PacedProducer.record(latency, System.nanoTime() - before);
                count += records;
            }
            return LoadResult.of(count, count * value.length, System.nanoTime() - start, latency);
        }
    }

    private static void transaction(
            KafkaProducer<byte[], byte[]> producer, String topic, byte[] value, int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            producer.send(new ProducerRecord<>(topic, value));
        }
        producer.commitTransaction();
    }
}
