package io.quafka.storage.transaction;

import org.apache.kafka.common.protocol.Errors;

/// What the rules answer to a request.
public sealed interface Decision {
    /// Nothing changes; the client is told why.
    record Refused(Errors error) implements Decision {}

    /// Nothing changes; what is there is the answer, as when the request was heard before.
    record Keep(Transaction current) implements Decision {}

    /// What is to be logged.
    ///
    /// @param answer for the client once it is durable: NONE, or why it must ask again
    record Become(Transaction next, Errors answer) implements Decision {
        Become(Transaction next) {
            this(next, Errors.NONE);
        }
    }

    /// The same request is to be decided again with a producer id that nobody has.
    record NeedsProducerId() implements Decision {}
}
