package io.quafka.bench.scenario;

import io.quafka.bench.broker.Installation;
import io.quafka.bench.process.Proc;
import java.nio.file.Path;
import java.time.Duration;

/// Where and for how long scenarios run.
///
/// @param installation the programs
/// @param workDirectory for data of brokers, on the disk that is measured; what is in it is deleted
/// @param proc the kernel's figures
/// @param warmUp how long a broker is loaded before a window
/// @param window how long a window lasts, about
/// @param dataBytes how much a topic holds that is read, or recovered
public record Lab(
        Installation installation,
        Path workDirectory,
        Proc proc,
        Duration warmUp,
        Duration window,
        long dataBytes) {
    Path brokerDirectory() {
        return workDirectory.resolve("broker");
    }
}
