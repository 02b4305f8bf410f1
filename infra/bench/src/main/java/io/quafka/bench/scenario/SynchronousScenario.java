package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadProcess;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// Latency of one record at a time, beside what this disk takes for one `fdatasync`.
///
/// @param plan what is compared
/// @param recordBytes size of a record
record SynchronousScenario(Plan plan, int recordBytes) implements Scenario {
    private static final String TOPIC = "synchronous";
    private static final Duration SETTLE = Duration.ofSeconds(3);

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            session.warmUp(TOPIC, recordBytes, Map.of());
            LoadProcess load = session.load();
            load.synchronous(TOPIC, recordBytes, SETTLE);
            Session.Measured measured =
                    session.measure(() -> load.synchronous(TOPIC, recordBytes, lab.window()));
            Duration fdatasync = FdatasyncProbe.median(lab.workDirectory());
            return new Reading()
                    .putLatency(measured.load())
                    .put(Metric.FDATASYNC_P50, fdatasync.toNanos() / 1e6)
                    .putCores(measured.window())
                    .putWindow(measured.window());
        }
    }
}
