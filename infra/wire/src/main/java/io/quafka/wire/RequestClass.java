package io.quafka.wire;

import org.apache.kafka.common.protocol.ApiKeys;

/// Kinds of requests whose latencies are counted apart, because they mean different things.
public enum RequestClass {
    /// Produce: answered when the records are as safe as was asked for.
    PRODUCE,

    /// Fetch: may wait for records, as long as the client said.
    FETCH,

    /// JoinGroup and SyncGroup, which may wait for the other members of a group; and all that
    /// gateways hand on to a storage node's coordinators, because those are among it.
    GROUP,

    /// Waits for nobody but us.
    OTHER;

    static RequestClass of(ApiKeys api) {
        return switch (api) {
            case PRODUCE -> PRODUCE;
            case FETCH -> FETCH;
            case JOIN_GROUP, SYNC_GROUP, ENVELOPE -> GROUP;
            default -> OTHER;
        };
    }
}
