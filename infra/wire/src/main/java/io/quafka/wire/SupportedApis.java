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

    /// The oldest version that is served. After version 0 of SaslHandshake tokens come without a
    /// header, which is not a frame that says what it is; it is listed nevertheless, as librdkafka
    /// looks for it before it uses version 1.
    static short oldest(ApiKeys api) {
        return api == ApiKeys.SASL_HANDSHAKE ? 1 : api.oldestVersion();
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
