package io.quafka.bench.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Three processes of Apache Kafka, each broker and controller, with three replicas of everything,
/// two of which must have what is acknowledged: in their page caches.
///
/// @param label name in tables
public record KafkaCluster(String label) implements Broker {
    private static final short NODES = 3;

    @Override
    public void prepare(Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException {
        String voters =
                nodes().mapToObj(node -> node + "@127.0.0.1:" + controller(ports, node))
                        .collect(Collectors.joining(","));
        for (int node : nodes().toArray()) {
            Path own = Files.createDirectory(directory.resolve("node-" + node));
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("node.id", Integer.toString(node));
            settings.put("controller.quorum.voters", voters);
            settings.put(
                    "listeners",
                    KafkaBroker.listeners(clients(ports, node), controller(ports, node)));
            settings.put("log.dirs", own.resolve("logs").toString());
            settings.put("min.insync.replicas", "2");
            KafkaBroker.format(installation, properties(directory, node), settings);
        }
    }

    @Override
    public List<List<String>> commands(Installation installation, Path directory, Ports ports) {
        return nodes().mapToObj(
                        node -> KafkaBroker.command(installation, properties(directory, node)))
                .toList();
    }

    @Override
    public short replicas() {
        return NODES;
    }

    private static IntStream nodes() {
        return IntStream.rangeClosed(1, NODES);
    }

    private static int clients(Ports ports, int node) {
        return node == 1 ? ports.clients() : ports.more(2 * node);
    }

    private static int controller(Ports ports, int node) {
        return node == 1 ? ports.controller() : ports.more(2 * node + 1);
    }

    private static Path properties(Path directory, int node) {
        return directory.resolve("node-" + node).resolve("server.properties");
    }
}
