package io.quafka.wire;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// What a connection may expect of a request's answer.
enum ExpectedAnswer {
    /// It may be many times as large as the request.
    ///
    /// Of these a connection has few in hand at a time ([ServerLimits#largeAnswersMax()]): whoever
    /// asks for much and does not read it would otherwise have everybody's memory for the price of
    /// some small frames.
    LARGE,

    /// It is small and comes as soon as the request is done: nothing in it waits for other clients.
    PROMPT,

    OTHER;

    private static final Set<ApiKeys> LARGE_APIS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            ApiKeys.FETCH,
                            ApiKeys.SHARE_FETCH,
                            ApiKeys.METADATA,
                            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                            ApiKeys.DESCRIBE_CONFIGS,
                            ApiKeys.DESCRIBE_LOG_DIRS,
                            ApiKeys.DESCRIBE_PRODUCERS,
                            ApiKeys.DESCRIBE_ACLS,
                            ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                            ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                            ApiKeys.DESCRIBE_GROUPS,
                            ApiKeys.CONSUMER_GROUP_DESCRIBE,
                            ApiKeys.LIST_GROUPS,
                            ApiKeys.LIST_TRANSACTIONS,
                            ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                            ApiKeys.OFFSET_FETCH));

    static ExpectedAnswer of(ApiKeys api, ApiMessage body) {
        if (LARGE_APIS.contains(api)) {
            return LARGE;
        }
        boolean answered = body instanceof ProduceRequestData produce && produce.acks() != 0;
        return answered ? PROMPT : OTHER;
    }
}
