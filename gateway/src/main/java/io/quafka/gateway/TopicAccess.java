package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import java.util.function.Predicate;

/// What a caller may do with topics that only the gateway knows the names of: those of a fetch
/// session, and those that a streams application needs.
public interface TopicAccess {
    /// Everything.
    TopicAccess OPEN =
            new TopicAccess() {
                @Override
                public Predicate<String> readable(KafkaRequest request) {
                    return _ -> true;
                }

                @Override
                public Predicate<String> creatable(KafkaRequest request) {
                    return _ -> true;
                }
            };

    /// Whether records may be read, by the topic's name.
    Predicate<String> readable(KafkaRequest request);

    /// Whether the topic may be made.
    Predicate<String> creatable(KafkaRequest request);
}
