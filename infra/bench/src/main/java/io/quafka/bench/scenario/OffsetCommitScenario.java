package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadProcess;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;

/// Commits of offsets at a steady rate.
///
/// @param plan what is compared
/// @param commitsPerSecond how many are due each second
record OffsetCommitScenario(Plan plan, int commitsPerSecond) implements Scenario {
    private static final String TOPIC = "committed";

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            LoadProcess load = session.load();
            int port = session.ports().clients();
            Duration warmUp = lab.warmUp();
            load.offsetCommits(TOPIC, commitsPerSecond, port, warmUp);
            Session.Measured measured =
                    session.measure(
                            () -> load.offsetCommits(TOPIC, commitsPerSecond, port, lab.window()));
            return new Reading()
                    .put(Metric.COMMITS, measured.load().recordsPerSecond())
                    .putLatency(measured.load())
                    .putCores(measured.window())
                    .putWindow(measured.window());
        }
    }
}
