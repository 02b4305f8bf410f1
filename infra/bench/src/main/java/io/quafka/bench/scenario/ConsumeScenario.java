package io.quafka.bench.scenario;

import java.io.IOException;
import java.util.Map;

/// A consumer that reads a topic, which fits the page cache, again and again. It assigns itself the
/// partitions, without a group.
///
/// @param plan what is compared
/// @param recordBytes size of a record
record ConsumeScenario(Plan plan, int recordBytes) implements Scenario {
    private static final String TOPIC = "consume";

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            int partitions = contestant.partitions();
            long records = Math.max(1, lab.dataBytes() / recordBytes);
            long bytes = session.load().perfProducer(TOPIC, records, recordBytes, Map.of()).bytes();
            session.load().consume(TOPIC, partitions, bytes, lab.warmUp());
            Session.Measured measured =
                    session.measure(
                            () -> session.load().consume(TOPIC, partitions, bytes, lab.window()));
            return new Reading()
                    .putVolume(measured.load(), measured.window())
                    .putWindow(measured.window())
                    .putHeap(session.heap());
        }
    }
}
