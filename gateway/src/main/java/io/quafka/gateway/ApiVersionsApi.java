package io.quafka.gateway;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.SupportedApis;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/// ApiVersions: the APIs of the gateway's registry at every stable version, and nothing else.
final class ApiVersionsApi implements Api {
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
                        ? SupportedApis.response(apis)
                        : new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code());
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }
}
