package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// kafkajs, a client for Node.js, by the scripts in `infra/clients/kafkajs`, which check what they
/// get.
@Tag("broker")
class KafkaJsTest {
    @TempDir private static Path directory;

    private static KafkaJs kafkaJs;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        kafkaJs = KafkaJs.install(directory);
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory).with("group.initial.rebalance.delay.ms", "0"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basics.js", "transactions.js"})
    void scriptChecksWhatItGets(String script) throws Exception {
        if (script.contains("transactions")) {
            ListedApis.assumeTransactions(broker);
        }
        try (Program node = kafkaJs.start(script, broker.bootstrap())) {
            assertThat(node.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }
}
