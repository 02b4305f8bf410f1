package io.quafka.bench.scenario;

import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.util.Map;

/// Kafka's ProducerPerformance as fast as it can.
///
/// @param plan what is compared
/// @param recordBytes size of a record
/// @param settings of the producer, on top of its defaults
record ProduceScenario(Plan plan, int recordBytes, Map<String, String> settings)
        implements Scenario {
    private static final String TOPIC = "produce";

    ProduceScenario {
        settings = Map.copyOf(settings);
    }

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            double rate = session.warmUp(TOPIC, recordBytes, settings);
            Session.Measured measured = window(session, rate);
            if (measured.load().seconds() < lab.window().toSeconds() / 2.0) {
                // The broker has become much faster since the warm-up, so the window was too short.
                measured = window(session, measured.load().recordsPerSecond());
            }
            return new Reading()
                    .putVolume(measured.load(), measured.window())
                    .putLatency(measured.load())
                    .putWindow(measured.window())
                    .putMebibytes(
                            Metric.RESIDENT_PEAK,
                            lab.proc().residentPeakBytes(session.broker().pids()))
                    .putHeap(session.heap());
        }
    }

    private Session.Measured window(Session session, double recordsPerSecond)
            throws IOException, InterruptedException {
        long records = session.recordsInWindow(recordsPerSecond, recordBytes);
        return session.measure(
                () -> session.load().perfProducer(TOPIC, records, recordBytes, settings));
    }
}
