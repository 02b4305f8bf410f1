package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Python's clients, by the scripts in `infra/clients/python`, which check what they get.
@Tag("broker")
class PythonClientsTest {
    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws InterruptedException {
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory).with("group.initial.rebalance.delay.ms", "0"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    @ParameterizedTest
    @CsvSource({
        "confluent_kafka, confluent_basics.py",
        "confluent_kafka, confluent_transactions.py",
        "kafka, kafka_python.py"
    })
    void scriptChecksWhatItGets(String module, String script) throws Exception {
        if (script.contains("transactions") || script.contains("again")) {
            ListedApis.assumeTransactions(broker);
        }
        try (Program program =
                Program.start(
                        directory,
                        List.of(
                                Python.with(module),
                                Python.script(script).toString(),
                                broker.bootstrap()))) {
            assertThat(program.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }

    @Test
    void aProducerCommitsOffsetsInSeveralTransactions() throws Exception {
        scriptChecksWhatItGets("confluent_kafka", "confluent_offsets_again.py");
    }
}
