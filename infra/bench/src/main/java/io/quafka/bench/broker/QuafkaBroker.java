package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Quafka with all roles in one process, started by its own launcher with nothing but a directory
/// and an address: it acknowledges what `fdatasync` has put on the disk.
///
/// @param label name in tables
/// @param settings configuration on top, as `--set key=value`
/// @param quotas of each client, by Kafka's keys
public record QuafkaBroker(String label, Map<String, String> settings, Map<String, Double> quotas)
        implements Broker {
    public QuafkaBroker {
        settings = Map.copyOf(settings);
        quotas = Map.copyOf(quotas);
    }

    /// Without quotas.
    public QuafkaBroker(String label, Map<String, String> settings) {
        this(label, settings, Map.of());
    }

    /// Quafka as it is.
    public static QuafkaBroker standard() {
        return named("Quafka");
    }

    /// Quafka as it is, under another name in tables.
    public static QuafkaBroker named(String label) {
        return new QuafkaBroker(label, Map.of());
    }

    @Override
    public void prepare(Installation installation, Path directory, Ports ports) {
        // Quafka makes its directory by itself.
    }

    @Override
    public List<List<String>> commands(Installation installation, Path directory, Ports ports) {
        List<String> command = new ArrayList<>(installation.quafkaCommand());
        command.addAll(List.of("broker", "--data", directory.resolve("data").toString()));
        command.addAll(List.of("--listen", ports.bootstrap()));
        new TreeMap<>(settings)
                .forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return List.of(command);
    }

    @Override
    public void settle(KafkaSocket socket) throws IOException {
        if (!quotas.isEmpty()) {
            Topics.setQuotasOfClients(socket, quotas);
        }
    }
}
