package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadProcess;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// One producer whose records are committed in transactions of equal size.
///
/// @param plan what is compared
/// @param recordBytes size of a record
/// @param transactionRecords records in a transaction
record TransactionScenario(Plan plan, int recordBytes, int transactionRecords) implements Scenario {
    private static final String TOPIC = "transactions";
    private static final Duration SETTLE = Duration.ofSeconds(3);

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            session.warmUp(TOPIC, recordBytes, Map.of());
            LoadProcess load = session.load();
            load.transactions(TOPIC, recordBytes, transactionRecords, SETTLE);
            Session.Measured measured =
                    session.measure(() ->
                            load.transactions(
                                    TOPIC, recordBytes, transactionRecords, lab.window()));
            return new Reading()
                    .put(
                            Metric.TRANSACTIONS,
                            measured.load().recordsPerSecond() / transactionRecords)
                    .putLatency(measured.load())
                    .putCores(measured.window())
                    .putWindow(measured.window());
        }
    }
}
