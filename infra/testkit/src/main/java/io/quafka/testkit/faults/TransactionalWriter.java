package io.quafka.testkit.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/// Sends records in transactions, over several partitions. Some it aborts, some it leaves without a
/// word.
record TransactionalWriter(List<TopicPartition> partitions) implements Work {
    private static final int RECORDS_MAX = 8;
    private static final Duration BETWEEN = Duration.ofMillis(20);
    private static final int ABORT_ONE_IN = 6;
    private static final int LEAVE_ONE_IN = 40;

    @Override
    public void work(Actor me, String by) {
        KafkaProducer<String, String> producer =
                me.surroundings()
                        .producer(
                                Map.of(
                                        "transactional.id",
                                        me.name(),
                                        "transaction.timeout.ms",
                                        "20000"));
        try {
            producer.initTransactions();
            for (int number = 0; !me.isFinishing(); number++) {
                OngoingTransaction transaction =
                        OngoingTransaction.begin(
                                me.surroundings(), producer, by, by + "/" + number);
                int records = 1 + me.random().nextInt(RECORDS_MAX);
                for (int i = 0; i < records; i++) {
                    TopicPartition to = partitions.get(me.random().nextInt(partitions.size()));
                    transaction.send(to, transaction.name() + "/" + i, null);
                }
                if (me.random().nextInt(LEAVE_ONE_IN) == 0) {
                    transaction.leave();
                    return;
                }
                if (me.random().nextInt(ABORT_ONE_IN) == 0) {
                    transaction.abort();
                } else {
                    transaction.commit();
                    me.succeeded();
                }
                Actor.pause(BETWEEN);
            }
        } finally {
            // What is not committed is not to be flushed.
            producer.close(Duration.ZERO);
        }
    }
}
