package io.quafka.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/// One idempotent producer at work in a thread of its own, until it is told to finish. Its values
/// are `producer:number:padding`; numbers count up over all partitions. In memory a value is kept
/// as its [#digest], so that long runs fit into it.
final class KillLoad {
    /// Records of one load that were sent and not answered.
    static final int UNANSWERED_MAX = 400;

    private static final int PADDING_MAX = 1_500;
    private static final byte PADDING = 'p';

    private final int id;
    private final List<TopicPartition> partitions;
    private final Random random;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread;
    private final Semaphore unanswered = new Semaphore(UNANSWERED_MAX);
    private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledgedCount = new AtomicLong();
    private long sent;
    private volatile boolean finishing;

    /// In the order of their acknowledgement.
    ///
    /// @param value its digest
    record Acknowledged(TopicPartition partition, long offset, String value) {}

    /// `producer:number:bytes of padding` of a value, which says all there is to say of it.
    ///
    /// @throws AssertionError if it is no value of such a producer
    static String digest(byte[] value) {
        int end = value.length;
        while (end > 0 && value[end - 1] == PADDING) {
            end--;
        }
        String start = new String(value, 0, end, StandardCharsets.UTF_8);
        if (!start.matches("\\d+:\\d+:")) {
            throw new AssertionError("nobody sent this: " + Clients.text(value));
        }
        return start + (value.length - end);
    }

    KillLoad(String bootstrap, int id, List<TopicPartition> partitions, long seed) {
        this.id = id;
        this.partitions = partitions;
        this.random = new Random(seed);
        this.producer =
                Clients.producer(
                        bootstrap,
                        Map.of(
                                "acks",
                                "all",
                                "compression.type",
                                id == 1 ? "lz4" : "none",
                                "linger.ms",
                                "1",
                                "request.timeout.ms",
                                "10000",
                                "delivery.timeout.ms",
                                "180000"));
        this.thread = Thread.ofPlatform().daemon().name("load-" + id).start(this::run);
    }

    private void run() {
        try {
            while (!finishing && failures.isEmpty()) {
                unanswered.acquire();
                TopicPartition to = partitions.get(random.nextInt(partitions.size()));
                int padding = random.nextInt(PADDING_MAX);
                String start = id + ":" + sent++ + ":";
                String value = start + padding;
                byte[] bytes = Clients.bytes(start + "p".repeat(padding));
                producer.send(
                        new ProducerRecord<>(to.topic(), to.partition(), null, bytes),
                        (metadata, failure) -> {
                            unanswered.release();
                            if (failure != null) {
                                failures.add(failure);
                            } else {
                                acknowledged.add(new Acknowledged(to, metadata.offset(), value));
                                acknowledgedCount.incrementAndGet();
                            }
                        });
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        producer.flush();
    }

    long acknowledged() {
        return acknowledgedCount.get();
    }

    int id() {
        return id;
    }

    /// How many were sent; all of them were acknowledged once [#finish] returned.
    long sent() {
        return sent;
    }

    Queue<Acknowledged> records() {
        return acknowledged;
    }

    /// Stops sending and waits for the last answers. A record that failed fails the test: there was
    /// always time to try again.
    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
        producer.close();
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    failures.size() + " records of producer " + id + " failed", failures.peek());
        }
    }
}
