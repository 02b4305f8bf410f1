package io.quafka.bench.load;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Sends records at a fixed rate. A record's latency counts from when it *should* have been sent,
/// so that a stall of the broker is charged with every record that it held up (no coordinated
/// omission).
final class PacedProducer {
    private static final long LATENCY_MAX_NANOS = 60_000_000_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private PacedProducer() {}

    /// Arguments: `bootstrap`, `topic`, `record-bytes`, `rate` in records a second, `time` in
    /// milliseconds.
    static LoadResult run(Arguments arguments) {
        String topic = arguments.text("topic");
        byte[] value = new byte[arguments.integer("record-bytes")];
        double intervalNanos = NANOS_PER_SECOND / arguments.number("rate");
        long count = (long) (arguments.time("time").toNanos() / intervalNanos);
        Histogram latency = new ConcurrentHistogram(LATENCY_MAX_NANOS, 3);
        AtomicLong failed = new AtomicLong();
        long start = System.nanoTime();
        try (var producer =
                new KafkaProducer<>(
                        settings(arguments),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            // The first record waits for metadata; it is not measured.
            producer.send(new ProducerRecord<>(topic, value));
            producer.flush();
            start = System.nanoTime();
            for (long i = 0; i < count; i++) {
                long due = start + (long) (i * intervalNanos);
                await(due);
                producer.send(
                        new ProducerRecord<>(topic, value),
                        (_, error) -> {
                            if (error == null) {
                                record(latency, System.nanoTime() - due);
                            } else {
                                failed.incrementAndGet();
                            }
                        });
            }
        }
        if (failed.get() > 0) {
            throw new IllegalStateException(failed + " records were not acknowledged");
        }
        return LoadResult.of(count, count * value.length, System.nanoTime() - start, latency);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, LATENCY_MAX_NANOS));
    }

    static Histogram newHistogram() {
        return new Histogram(LATENCY_MAX_NANOS, 3);
    }

    private static Map<String, Object> settings(Arguments arguments) {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                arguments.text("bootstrap"),
                ProducerConfig.LINGER_MS_CONFIG,
                0);
    }

    private static void await(long dueNanos) {
        long left = dueNanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = dueNanos - System.nanoTime();
        }
    }
}
