package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Three brokers of Quafka, each a gateway, a storage node and a member of the controller, with
/// three replicas of everything: what is acknowledged lies on two disks at least.
///
/// @param label name in tables
public record QuafkaBrokers(String label) implements Broker {
    private static final short NODES = 3;

    @Override
    public void prepare(Installation installation, Path directory, Ports ports) {
        // Each process makes its directory by itself.
    }

    @Override
    public List<List<String>> commands(Installation installation, Path directory, Ports ports) {
        String members =
                nodes().mapToObj(node -> node + "@127.0.0.1:" + controller(ports, node))
                        .collect(Collectors.joining(","));
        return nodes().mapToObj(
                        node -> {
                            List<String> command = new ArrayList<>(installation.quafkaCommand());
                            command.addAll(
                                    List.of(
                                            "broker",
                                            "--data",
                                            directory.resolve("broker-" + node).toString(),
                                            "--id",
                                            Integer.toString(node),
                                            "--members",
                                            members,
                                            "--listen",
                                            "127.0.0.1:" + clients(ports, node),
                                            "--storage-listen",
                                            "127.0.0.1:" + ports.more(node)));
                            return command;
                        })
                .toList();
    }

    @Override
    public short replicas() {
        return NODES;
    }

    @Override
    public void settle(KafkaSocket socket) throws IOException {
        QuafkaCluster.replicate(socket, NODES);
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
}
