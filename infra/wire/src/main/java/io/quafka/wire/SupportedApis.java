package io.quafka.wire;

import java.util.Set;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;

/// What ApiVersions answers for a set of APIs served at all their stable versions.
public final class SupportedApis {
    private SupportedApis() {}

    /// The answer to a request at a served version. A fresh object at every call.
    public static ApiVersionsResponseData response(Set<ApiKeys> apis) {
        return new ApiVersionsResponseData()
                .setApiKeys(versions(apis))
                .setFinalizedFeaturesEpoch(ApiVersionsResponse.UNKNOWN_FINALIZED_FEATURES_EPOCH);
    }

    /// The answer, at version 0, to a request at a version that is not served: the error, and the
    /// versions of ApiVersions itself.
    static ApiVersionsResponseData unsupportedVersion() {
        return new ApiVersionsResponseData()
                .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                .setApiKeys(versions(Set.of(ApiKeys.API_VERSIONS)));
    }

    private static ApiVersionCollection versions(Set<ApiKeys> apis) {
        ApiVersionCollection versions = new ApiVersionCollection();
        apis.stream()
                .sorted()
                .flatMap(api -> api.toApiVersionForApiResponse(false, ListenerType.BROKER).stream())
                .forEach(versions::add);
        return versions;
    }
}
