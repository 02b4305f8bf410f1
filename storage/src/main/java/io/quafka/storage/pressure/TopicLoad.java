package io.quafka.storage.pressure;

import org.apache.kafka.common.Uuid;

/// A topic on a storage node at one moment.
///
/// @param live bytes of its records there
/// @param share bytes that are its own; 0 where it has no percentage
/// @param limit with what is lent to it
/// @param policy what may be done about it
public record TopicLoad(Uuid id, long live, long share, long limit, Policy policy) {
    public enum Policy {
        /// It has a percentage, and its oldest records go beyond it.
        EXPIRES,
        /// It has a percentage, but keeps its records whatever their age: it is only held back.
        KEEPS,
        /// It has no percentage, and shares the rest with others of its kind.
        SHARES_REST
    }
}
