package io.quafka.bench.scenario;

import io.quafka.bench.broker.Figures;
import io.quafka.bench.broker.QuafkaBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Brokers with an object store, and what to wait for. The store is a directory on the disk that is
/// measured: what is tiered is read from there and written to it again.
final class Tiers {
    private static final String BACKLOG = "quafka_tiering_backlog_bytes";
    private static final Duration TIERED_MAX = Duration.ofMinutes(3);
    private static final long POLL_MS = 50;

    private Tiers() {}

    static QuafkaBroker broker(String label) {
        return new QuafkaBroker(
                label,
                Map.of(
                        "tiering.store", "directory",
                        "tiering.interval", "500ms",
                        "tiering.seal.after", "2s",
                        "tiering.merge.bytes.per.second", "0",
                        "storage.retention.interval", "500ms",
                        "storage.segment.bytes", "32MiB"));
    }

    /// The same without a store.
    static QuafkaBroker without(String label) {
        return new QuafkaBroker(label, Map.of("storage.segment.bytes", "32MiB"));
    }

    /// Waits until everything that is sealed lies in the store.
    static void awaitNoBacklog(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TIERED_MAX.toNanos();
        while (Figures.read(port, BACKLOG) > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("not tiered within " + TIERED_MAX);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }
}
