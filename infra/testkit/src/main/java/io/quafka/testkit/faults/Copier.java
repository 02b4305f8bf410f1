package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Recorder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/// Reads committed records as a member of a group, and writes one of each in a transaction that
/// commits its offsets too: each is to be processed once.
///
/// @param protocol of its group: `classic` or `consumer`
record Copier(String from, List<TopicPartition> to, String protocol) implements Work {
    @Override
    public void work(Actor me, String by) {
        Recorder recorder = me.surroundings().recorder();
        KafkaProducer<String, String> producer =
                me.surroundings()
                        .producer(
                                Map.of(
                                        "transactional.id",
                                        me.name(),
                                        "transaction.timeout.ms",
                                        "20000"));
        try (Reading reading =
                new Reading(
                        me.surroundings(),
                        by,
                        Isolation.COMMITTED,
                        "copiers-" + protocol,
                        Reading.protocol(protocol))) {
            producer.initTransactions();
            reading.subscribe(List.of(from));
            while (!me.isFinishing()) {
                String name = by + "/" + recorder.now();
                Reading.Polled polled = reading.poll(name);
                if (!polled.reads().isEmpty()) {
                    copy(producer, reading, me, by, name, polled);
                    me.succeeded();
                }
            }
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private void copy(
            KafkaProducer<String, String> producer,
            Reading reading,
            Actor me,
            String by,
            String name,
            Reading.Polled polled) {
        OngoingTransaction transaction =
                OngoingTransaction.begin(me.surroundings(), producer, by, name);
        for (Read read : polled.reads()) {
            TopicPartition target = to.get(me.random().nextInt(to.size()));
            transaction.send(target, name + ":" + read.value(), read.place());
        }
        transaction.commitOffsets(polled.next(), reading.consumer().groupMetadata());
        transaction.commit();
    }
}
