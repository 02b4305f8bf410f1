package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One data directory, one process at a time.
@Tag("broker")
class DataDirectoryTest {
    @TempDir private Path directory;

    @Test
    void aSecondProcessIsRefusedAndHarmsNothing() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(BrokerOptions.in(directory))) {
            try (BrokerProcess second = BrokerProcess.launch(first.options())) {
                assertThat(second.exitCode()).isNotZero();
                assertThat(second.errors())
                        .singleElement()
                        .asString()
                        .contains(first.options().data().toString(), "in use");
            }
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(first.bootstrap(), Map.of())) {
                assertThat(producer.send(new ProducerRecord<>("t", new byte[9])).get().offset())
                        .isZero();
            }
            first.kill9();
            try (BrokerProcess third = first.restart()) {
                assertThat(Clients.readAll(third.bootstrap(), Clients.partitions("t", 1)))
                        .hasSize(1);
                third.terminate();
            }
        }
    }

    @Test
    void terminatingLosesNothingAndKeepsConfigs() throws Exception {
        BrokerOptions options = BrokerOptions.in(directory);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "kept", 5, Map.of("retention.ms", "-1"));
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of())) {
                for (int i = 0; i < 5_000; i++) {
                    producer.send(new ProducerRecord<>("kept", i % 5, null, Clients.bytes("" + i)));
                }
                producer.flush();
            }
            broker.terminate();
            broker.requireNoAlarms();
            try (BrokerProcess again = broker.restart()) {
                List<String> values =
                        Clients.readAll(again.bootstrap(), Clients.partitions("kept", 5)).stream()
                                .map(record -> Clients.text(record.value()))
                                .toList();
                assertThat(values).hasSize(5_000).doesNotHaveDuplicates();
                again.terminate();
                again.requireNoAlarms();
            }
        }
    }
}
