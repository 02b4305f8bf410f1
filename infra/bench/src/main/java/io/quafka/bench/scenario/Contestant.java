package io.quafka.bench.scenario;

import io.quafka.bench.broker.Broker;

/// One side of a comparison.
///
/// @param broker which broker, with which settings
/// @param partitions of the topic under load
public record Contestant(Broker broker, int partitions) {
    public String label() {
        return broker.label();
    }
}
