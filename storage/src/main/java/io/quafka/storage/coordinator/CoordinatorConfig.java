package io.quafka.storage.coordinator;

import java.util.Map;

/// What coordinators are set up with.
///
/// @param settings by Kafka's broker config names; what is not among them has Kafka's default
public record CoordinatorConfig(Map<String, String> settings) {
    /// Kafka's defaults throughout.
    public static final CoordinatorConfig DEFAULTS = new CoordinatorConfig(Map.of());

    public CoordinatorConfig {
        settings = Map.copyOf(settings);
    }
}
