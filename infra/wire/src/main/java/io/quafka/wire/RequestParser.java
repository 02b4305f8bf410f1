package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;

/// Turns frames into generated request messages, and refuses what this server does not answer.
final class RequestParser {
    /// API key, version, correlation id: no header is shorter.
    static final int HEADER_BYTES_MIN = 8;

    private final Set<ApiKeys> apis;
    private final int valuesMax;

    RequestParser(Set<ApiKeys> apis, int valuesMax) {
        this.apis = EnumSet.copyOf(apis);
        this.valuesMax = valuesMax;
    }

    /// True when the request carries record bytes, which stay where they are.
    static boolean carriesRecords(ByteBuffer frame) {
        return frame.getShort(frame.position()) == ApiKeys.PRODUCE.id;
    }

    /// Reads one request from the buffer's position to its limit.
    ///
    /// @throws BadFrameException when the connection must be closed
    Parsed parse(ByteBuffer frame) throws BadFrameException {
        ApiKeys api = api(frame.getShort(frame.position()));
        short version = frame.getShort(frame.position() + 2);
        // Not isVersionEnabled: that calls every version of ApiVersions enabled.
        boolean supported =
                version >= SupportedApis.oldest(api) && version <= api.latestVersion(false);
        if (!supported && api != ApiKeys.API_VERSIONS) {
            throw new BadFrameException(
                    CloseReason.UNKNOWN_VERSION, api + " version " + version + " is not served");
        }
        BoundedReadable readable = new BoundedReadable(frame, valuesMax);
        try {
            RequestHeader header = header(api, version, readable);
            if (!supported) {
                return new Parsed(header, new ApiVersionsRequestData(), false, true);
            }
            ApiMessage body = api.messageType.newRequest();
            body.read(readable, version);
            if (frame.hasRemaining()) {
                throw new BadFrameException(
                        CloseReason.MALFORMED_REQUEST,
                        "%d bytes are left after a request of %s"
                                .formatted(frame.remaining(), api));
            }
            return new Parsed(header, body, readable.shared(), false);
        } catch (RuntimeException e) {
            throw new BadFrameException(
                    CloseReason.MALFORMED_REQUEST,
                    "a request of %s version %d does not parse: %s"
                            .formatted(api, version, e.getMessage()),
                    e);
        }
    }

    private ApiKeys api(short key) throws BadFrameException {
        if (ApiKeys.hasId(key)) {
            ApiKeys api = ApiKeys.forId(key);
            if (apis.contains(api)) {
                return api;
            }
        }
        throw new BadFrameException(CloseReason.UNKNOWN_API, "API key " + key + " is not served");
    }

    /// An empty client id stands for a null one.
    private static RequestHeader header(ApiKeys api, short version, BoundedReadable readable) {
        short headerVersion = api.requestHeaderVersion(version);
        RequestHeaderData data = new RequestHeaderData(readable, headerVersion);
        if (data.clientId() == null) {
            data.setClientId("");
        }
        return new RequestHeader(data, headerVersion);
    }

    /// @param shared true when the body has slices of the frame
    /// @param unsupportedVersion true for ApiVersions at a version that is not served: answered at
    ///   version 0 with what is
    record Parsed(
            RequestHeader header, ApiMessage body, boolean shared, boolean unsupportedVersion) {}
}
