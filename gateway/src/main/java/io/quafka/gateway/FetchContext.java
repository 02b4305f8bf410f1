package io.quafka.gateway;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// What a Fetch request means against the session that it names.
sealed interface FetchContext {
    /// The session is not there, or the request does not fit it.
    record Refused(Errors error) implements FetchContext {}

    /// All partitions are in the request, and no session is wanted.
    record Sessionless(List<FetchedPartition> partitions) implements FetchContext {}

    /// All partitions are in the request, and a session may be opened with the answer.
    record Opening(List<FetchedPartition> partitions, boolean byId) implements FetchContext {}

    /// The session has told which partitions to read.
    ///
    /// @param epoch the request's
    record Incremental(FetchSession session, int epoch, List<FetchedPartition> partitions)
            implements FetchContext {}
}
