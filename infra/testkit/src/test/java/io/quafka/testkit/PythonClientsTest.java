package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
        String python = interpreter(module);
        Path file =
                Path.of(System.getProperty("basedir", "."))
                        .toAbsolutePath()
                        .resolve("../clients/python")
                        .resolve(script)
                        .normalize();
        try (Program program =
                Program.start(directory, List.of(python, file.toString(), broker.bootstrap()))) {
            assertThat(program.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }

    @Test
    void aProducerCommitsOffsetsInSeveralTransactions() throws Exception {
        scriptChecksWhatItGets("confluent_kafka", "confluent_offsets_again.py");
    }

    /// A Python that has the module: Debian's packages are for its own, which may not be the first.
    private static String interpreter(String module) throws InterruptedException {
        for (String python : Stream.of("/usr/bin/python3", "python3").toList()) {
            if (Installed.answers(python, "-c", "import " + module)) {
                return python;
            }
        }
        Installed.missing(
                "no Python with the module " + module + " (Debian's package python3-...)");
        throw new IllegalStateException();
    }
}
