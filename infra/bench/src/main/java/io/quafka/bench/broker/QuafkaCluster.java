package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Quafka with each role in a process of its own: one gateway, storage nodes, one controller. What
/// is acknowledged lies on the disks of all storage nodes that are in sync, of two at least if
/// there are several.
///
/// @param label name in tables
/// @param storageNodes how many, each with a replica of everything
public record QuafkaCluster(String label, short storageNodes) implements Broker {
    private static final int FIRST_NODE = 1;

    @Override
    public void prepare(Installation installation, Path directory, Ports ports) {
        // Each process makes its directory by itself.
    }

    @Override
    public List<List<String>> commands(Installation installation, Path directory, Ports ports) {
        List<List<String>> commands = new ArrayList<>();
        commands.add(command(installation, directory, ports, "controller", ports.controller()));
        for (int node = FIRST_NODE; node < FIRST_NODE + storageNodes; node++) {
            commands.add(command(installation, directory, ports, "storage", ports.more(node)));
        }
        commands.add(command(installation, directory, ports, "gateway", ports.clients()));
        return commands;
    }

    private static List<String> command(
            Installation installation, Path directory, Ports ports, String role, int port) {
        List<String> command = new ArrayList<>(installation.quafkaCommand());
        command.add(role);
        command.addAll(List.of("--data", directory.resolve(role + "-" + port).toString()));
        if (port != ports.controller()) {
            command.addAll(List.of("--listen", "127.0.0.1:" + port));
        }
        command.addAll(List.of("--set", "controller.members=1@127.0.0.1:" + ports.controller()));
        return command;
    }

    @Override
    public short replicas() {
        return storageNodes;
    }

    @Override
    public void settle(KafkaSocket socket) throws IOException {
        if (storageNodes > 1) {
            replicate(socket, storageNodes);
        }
    }

    /// Has topics have replicas, two of which must have what is acknowledged.
    static void replicate(KafkaSocket socket, short nodes) throws IOException {
        String replicas = Short.toString(nodes);
        Topics.setDefaults(
                socket,
                Map.of(
                        "storage.replication.factor.max", replicas,
                        "default.replication.factor", replicas,
                        "min.insync.replicas", "2"));
    }
}
