package io.quafka.bench.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A broker that can be started: which one, with which settings.
public sealed interface Broker permits KafkaBroker, QuafkaBroker {
    /// Name in tables.
    String label();

    /// Makes an empty directory ready for a first start. Not timed.
    void prepare(Installation installation, Path directory, Ports ports)
            throws IOException, InterruptedException;

    /// The command that starts it on a prepared directory.
    List<String> command(Installation installation, Path directory, Ports ports);
}
