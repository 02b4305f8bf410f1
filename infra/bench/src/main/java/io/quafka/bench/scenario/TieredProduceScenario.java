package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadResult;
import java.io.IOException;
import java.util.Map;

/// Kafka's ProducerPerformance as fast as it can, until all that was sealed lies in the object
/// store: who does not keep up takes longer.
///
/// @param plan what is compared
/// @param recordBytes size of a record
record TieredProduceScenario(Plan plan, int recordBytes) implements Scenario {
    private static final String TOPIC = "tiered";
    private static final Map<String, String> SETTINGS = Map.of("batch.size", "65536");

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            double rate = session.warmUp(TOPIC, recordBytes, SETTINGS);
            int port = session.ports().clients();
            Tiers.awaitNoBacklog(port);
            long records = session.recordsInWindow(rate, recordBytes);
            Session.Measured measured =
                    session.measure(() -> {
                        long start = System.nanoTime();
                        LoadResult load =
                                session.load().perfProducer(TOPIC, records, recordBytes, SETTINGS);
                        Tiers.awaitNoBacklog(port);
                        double seconds = (System.nanoTime() - start) / 1e9;
                        return new LoadResult(
                                load.records(), load.bytes(), seconds, load.latency());
                    });
            return new Reading()
                    .putVolume(measured.load(), measured.window())
                    .putLatency(measured.load())
                    .putWindow(measured.window())
                    .putHeap(session.heap());
        }
    }
}
