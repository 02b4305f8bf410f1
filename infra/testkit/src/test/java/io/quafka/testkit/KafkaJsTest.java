package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private static final List<String> INSTALLED = List.of("package.json", "package-lock.json");

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        Installed.require("Node.js", "node", "--version");
        Installed.require("npm", "npm", "--version");
        for (String file : INSTALLED) {
            Files.copy(scripts().resolve(file), directory.resolve(file));
        }
        try (Program npm =
                Program.start(
                        directory,
                        List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))) {
            npm.awaitSuccess();
        }
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

    private static Path scripts() {
        return Path.of(System.getProperty("basedir", "."))
                .toAbsolutePath()
                .resolve("../clients/kafkajs")
                .normalize();
    }

    @ParameterizedTest
    @ValueSource(strings = {"basics.js", "transactions.js"})
    void scriptChecksWhatItGets(String script) throws Exception {
        if (script.contains("transactions")) {
            ListedApis.assumeTransactions(broker);
        }
        Path copy = directory.resolve(script);
        Files.copy(scripts().resolve(script), copy);
        try (Program node =
                Program.start(directory, List.of("node", copy.toString(), broker.bootstrap()))) {
            assertThat(node.awaitSuccess()).last().asString().startsWith("ok ");
        }
    }
}
