package io.quafka.testkit;

import static io.quafka.testkit.Clients.bytes;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// A transactional producer on a thread of its own, which goes on however its broker dies: with a
/// new producer of the same transactional id where the old one is of no use any more.
final class TransactionalLoad {
    private static final int RECORDS_MAX = 12;

    enum End {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    /// @param records that were sent in the transaction
    record Outcome(End end, int records) {}

    private final String bootstrap;
    private final String id;
    private final List<TopicPartition> partitions;
    private final Random random;
    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final Thread thread;
    private volatile boolean finishing;

    TransactionalLoad(String bootstrap, String id, List<TopicPartition> partitions, long seed) {
        this.bootstrap = bootstrap;
        this.id = id;
        this.partitions = partitions;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().name(id).start(this::run);
    }

    /// Transactions whose end was acknowledged.
    int ended() {
        return ended.get();
    }

    /// By the transactions' names, which are the keys of their records.
    Map<String, Outcome> outcomes() {
        return outcomes;
    }

    /// Lets the last transaction end.
    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
    }

    private void run() {
        int next = 0;
        while (!finishing) {
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(
                            bootstrap, Map.of("transactional.id", id, "max.block.ms", "30000"))) {
                producer.initTransactions();
                while (!finishing) {
                    transaction(producer, id + "/" + next++);
                }
            } catch (KafkaException _) {
                // The next producer ends what this one left.
            }
        }
    }

    private void transaction(KafkaProducer<byte[], byte[]> producer, String name) {
        int records = 1 + random.nextInt(RECORDS_MAX);
        outcomes.put(name, new Outcome(End.UNKNOWN, records));
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            TopicPartition partition = partitions.get(random.nextInt(partitions.size()));
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    partition.topic(),
                                    partition.partition(),
                                    bytes(name),
                                    bytes("r" + i)));
        }
        boolean commit = random.nextInt(4) != 0;
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
        outcomes.put(name, new Outcome(commit ? End.COMMITTED : End.ABORTED, records));
        ended.incrementAndGet();
    }
}
