package io.quafka.bench.broker;

import io.quafka.bench.client.KafkaSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A broker, or several that make a cluster, that can be started: which one, with which settings.
public sealed interface Broker
        permits KafkaBroker, KafkaCluster, QuafkaBroker, QuafkaBrokers, QuafkaCluster {
    /// Name in tables.
    String label();

    /// Makes an empty directory ready for a first start. Not timed.
    void prepare(Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException;

    /// The commands that start it on a prepared directory: one for each of its processes.
    List<List<String>> commands(Installation installation, Path directory, Ports ports);

    /// Replicas of each partition of the topics that it is given.
    default short replicas() {
        return 1;
    }

    /// What is said to it once it answers, before topics are made. Not timed.
    default void settle(KafkaSocket socket) throws IOException {
        // Ready as it is.
    }
}
