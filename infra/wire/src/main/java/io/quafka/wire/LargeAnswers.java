package io.quafka.wire;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/// The APIs whose answer may be many times as large as the request that asks for it.
///
/// Of these a connection has few in hand at a time ([ServerLimits#largeAnswersMax()]): whoever asks
/// for much and does not read it would otherwise have everybody's memory for the price of some
/// small frames.
final class LargeAnswers {
    private static final Set<ApiKeys> APIS =
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

    private LargeAnswers() {}

    static boolean of(ApiKeys api) {
        return APIS.contains(api);
    }
}
