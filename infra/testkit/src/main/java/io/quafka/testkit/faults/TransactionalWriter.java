package io.quafka.testkit.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/// Sends records in transactions, over several partitions. Some it aborts, some it leaves without a
/// word.
final class TransactionalWriter extends Actor {
    private static final int RECORDS_MAX = 8;
    private static final Duration BETWEEN = Duration.ofMillis(20);
    private static final int ABORT_ONE_IN = 6;
    private static final int LEAVE_ONE_IN = 40;

    private final List<TopicPartition> partitions;

    TransactionalWriter(
            String name, Surroundings surroundings, long seed, List<TopicPartition> partitions) {
        super(name, surroundings, seed);
        this.partitions = partitions;
    }

    @Override
    void work(String by) {
        KafkaProducer<String, String> producer =
                surroundings()
                        .producer(
                                Map.of(
                                        "transactional.id",
                                        name(),
                                        "transaction.timeout.ms",
                                        "20000"));
        try {
            producer.initTransactions();
            for (int number = 0; !isFinishing(); number++) {
                OngoingTransaction transaction =
                        OngoingTransaction.begin(surroundings(), producer, by, by + "/" + number);
                int records = 1 + random().nextInt(RECORDS_MAX);
                for (int i = 0; i < records; i++) {
                    TopicPartition to = partitions.get(random().nextInt(partitions.size()));
                    transaction.send(to, transaction.name() + "/" + i, null);
                }
                if (random().nextInt(LEAVE_ONE_IN) == 0) {
                    transaction.leave();
                    return;
                }
                if (random().nextInt(ABORT_ONE_IN) == 0) {
                    transaction.abort();
                } else {
                    transaction.commit();
                    succeeded();
                }
                pause(BETWEEN);
            }
        } finally {
            // What is not committed is not to be flushed.
            producer.close(Duration.ZERO);
        }
    }
}
