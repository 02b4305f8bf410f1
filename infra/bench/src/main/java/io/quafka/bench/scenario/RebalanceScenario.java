package io.quafka.bench.scenario;

import io.quafka.bench.report.Metric;
import java.io.IOException;

/// All members of a large group join it again at once.
///
/// @param plan what is compared
/// @param members of the group
record RebalanceScenario(Plan plan, int members) implements Scenario {
    private static final String TOPIC = "rebalanced";
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ROUNDS = 10;
    private static final double MILLIS_PER_SECOND = 1e3;

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            int port = session.ports().clients();
            session.load().rebalances(members, WARM_UP_ROUNDS, port);
            Session.Measured measured =
                    session.measure(() -> session.load().rebalances(members, ROUNDS, port));
            Reading reading =
                    new Reading().putCores(measured.window()).putWindow(measured.window());
            measured.load().latency().stream()
                    .filter(latency -> latency.percentile() == 50)
                    .forEach(latency ->
                            reading.put(
                                    Metric.REBALANCE, latency.milliseconds() / MILLIS_PER_SECOND));
            measured.load().latency().stream()
                    .filter(latency -> latency.percentile() > 99)
                    .forEach(latency ->
                            reading.put(
                                    Metric.REBALANCE_MAX,
                                    latency.milliseconds() / MILLIS_PER_SECOND));
            return reading;
        }
    }
}
