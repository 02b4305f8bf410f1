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
final class Copier extends Actor {
    private final String group;
    private final String from;
    private final List<TopicPartition> to;
    private final Map<String, String> settings;

    /// @param protocol `classic` or `consumer`
    Copier(
            String name,
            Surroundings surroundings,
            long seed,
            String from,
            List<TopicPartition> to,
            String protocol) {
        super(name, surroundings, seed);
        this.group = "copiers-" + protocol;
        this.from = from;
        this.to = to;
        this.settings = Reading.protocol(protocol);
    }

    @Override
    void work(String by) {
        Recorder recorder = surroundings().recorder();
        KafkaProducer<String, String> producer =
                surroundings()
                        .producer(
                                Map.of(
                                        "transactional.id",
                                        name(),
                                        "transaction.timeout.ms",
                                        "20000"));
        try (Reading reading =
                new Reading(surroundings(), by, Isolation.COMMITTED, group, settings)) {
            producer.initTransactions();
            reading.subscribe(List.of(from));
            while (!isFinishing()) {
                String name = by + "/" + recorder.now();
                Reading.Polled polled = reading.poll(name);
                if (!polled.reads().isEmpty()) {
                    copy(producer, reading, by, name, polled);
                    succeeded();
                }
            }
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private void copy(
            KafkaProducer<String, String> producer,
            Reading reading,
            String by,
            String name,
            Reading.Polled polled) {
        OngoingTransaction transaction =
                OngoingTransaction.begin(surroundings(), producer, by, name);
        for (Read read : polled.reads()) {
            TopicPartition target = to.get(random().nextInt(to.size()));
            transaction.send(target, name + ":" + read.value(), read.place());
        }
        transaction.commitOffsets(polled.next(), reading.consumer().groupMetadata());
        transaction.commit();
    }
}
