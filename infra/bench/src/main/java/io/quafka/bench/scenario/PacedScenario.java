package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Latency under a steady, light load.
///
/// @param plan what is compared
/// @param recordBytes size of a record
/// @param recordsPerSecond how many are due each second
record PacedScenario(Plan plan, int recordBytes, int recordsPerSecond) implements Scenario {
    private static final String TOPIC = "paced";
    static final Duration SETTLE = Duration.ofSeconds(5);

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            session.warmUp(TOPIC, recordBytes, Map.of());
            return measure(lab, session, TOPIC, List.of());
        }
    }

    /// The load on a topic that is warm, beside other processes that belong to the measurement.
    Reading measure(Lab lab, Session session, String topic, List<Long> others)
            throws IOException, InterruptedException {
        LoadProcess load = session.load();
        load.paced(topic, recordBytes, recordsPerSecond, SETTLE);
        Session.Measured measured =
                session.measure(
                        others,
                        () -> load.paced(topic, recordBytes, recordsPerSecond, lab.window()));
        return new Reading()
                .putLatency(measured.load())
                .putCores(measured.window())
                .putWindow(measured.window());
    }
}
