package io.quafka.bench.report;

import java.util.Map;

/// What one attempt measured of one broker.
///
/// @param figures by metric
/// @param disturbedShare what others took of the machine, 0 to 1
/// @param disturbed whether that is more than the limit of the run
public record Measurement(Map<Metric, Double> figures, double disturbedShare, boolean disturbed) {
    public Measurement {
        figures = Map.copyOf(figures);
    }
}
