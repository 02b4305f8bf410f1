package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transactions by the last Java client that knows no epoch for each of them, and adds its
/// partitions itself; the newest client cannot be told to.
@Tag("broker")
class OldJavaClientTest {
    @TempDir private Path directory;

    @Test
    void transactionsOfTheOldProtocolAreWholeOrNotThere() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory));
                Program program =
                        Program.oldJava(
                                directory,
                                "io.quafka.clients.Transfers",
                                List.of(broker.bootstrap()))) {
            assertThat(program.awaitSuccess()).last().isEqualTo("ok 3.9.1");
            broker.requireNoAlarms();
        }
    }

    @Test
    void theNewestClientDoesTheSame() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory));
                Program program =
                        Program.java(
                                directory,
                                "io.quafka.clients.Transfers",
                                List.of(broker.bootstrap()))) {
            assertThat(program.awaitSuccess()).last().isEqualTo("ok 4.3.1");
            broker.requireNoAlarms();
        }
    }
}
