package io.quafka.bench.scenario;

import java.io.IOException;

/// Something that can be measured of any contestant.
public interface Scenario {
    Plan plan();

    /// Measures one contestant once, on a fresh broker that is gone afterwards.
    ///
    /// @throws IOException if broker or load failed; nothing is left running
    Reading measure(Lab lab, Contestant contestant) throws IOException, InterruptedException;
}
