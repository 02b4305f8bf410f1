package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.SupportedApis;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/// ApiVersions: the APIs of the gateway's registry at every stable version, and the version of
/// transactions.
final class ApiVersionsApi implements Api {
    private static final String TRANSACTION_VERSION = "transaction.version";
    private static final short TRANSACTION_LEVEL = 2;
    private static final short ZERO_RANGES_VERSION = 4;

    private final Set<ApiKeys> apis;

    /// @param others the registered APIs; ApiVersions itself is added
    ApiVersionsApi(Set<ApiKeys> others) {
        apis = EnumSet.of(ApiKeys.API_VERSIONS);
        apis.addAll(others);
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var parsed =
                new ApiVersionsRequest((ApiVersionsRequestData) request.body(), request.version());
        ApiVersionsResponseData answer =
                parsed.isValid()
                        ? withFeatures(SupportedApis.response(apis), request.version())
                        : new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code());
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    /// Transactions of version 2 (KIP-890). Clients before version 4 of this API fail at a range
    /// that begins at 0.
    private static ApiVersionsResponseData withFeatures(
            ApiVersionsResponseData answer, short version) {
        answer.supportedFeatures()
                .add(
                        new SupportedFeatureKey()
                                .setName(TRANSACTION_VERSION)
                                .setMinVersion((short) (version < ZERO_RANGES_VERSION ? 1 : 0))
                                .setMaxVersion(TRANSACTION_LEVEL));
        answer.finalizedFeatures()
                .add(
                        new FinalizedFeatureKey()
                                .setName(TRANSACTION_VERSION)
                                .setMinVersionLevel(TRANSACTION_LEVEL)
                                .setMaxVersionLevel(TRANSACTION_LEVEL));
        return answer.setFinalizedFeaturesEpoch(0);
    }
}
