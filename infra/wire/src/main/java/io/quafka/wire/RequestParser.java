package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
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
        boolean supported = version >= api.oldestVersion() && version <= api.latestVersion(false);
        if (!supported && api != ApiKeys.API_VERSIONS) {
            throw new BadFrameException(
                    CloseReason.UNKNOWN_VERSION, api + " version " + version + " is not served");
        }
        BoundedReadable readable = new BoundedReadable(frame, valuesMax);
        try {
            RequestHeader header = header(api, version, readable);
            if (!supported) {
                return new Parsed(header, new ApiVersionsRequestData(), Form.UNSUPPORTED_VERSION);
            }
            ApiMessage body = api.messageType.newRequest();
            body.read(readable, version);
            if (frame.hasRemaining()) {
                throw new BadFrameException(
                        CloseReason.MALFORMED_REQUEST,
                        "%d bytes are left after a request of %s"
                                .formatted(frame.remaining(), api));
            }
            return new Parsed(header, body, readable.shared() ? Form.SHARED : Form.OWN);
        } catch (RuntimeException e) {
            throw new BadFrameException(
                    CloseReason.MALFORMED_REQUEST,
                    "a request of %s version %d does not parse: %s"
                            .formatted(api, version, e.getMessage()),
                    e);
        }
    }

    /// A frame that is a SASL token without a header.
    static Parsed bareToken(ByteBuffer frame) {
        byte[] token = new byte[frame.remaining()];
        frame.get(token);
        RequestHeader header = new RequestHeader(ApiKeys.SASL_AUTHENTICATE, (short) 0, "", 0);
        return new Parsed(header, new SaslAuthenticateRequestData().setAuthBytes(token), Form.BARE);
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

    /// How a request came.
    enum Form {
        /// The body has all that it needs.
        OWN,

        /// The body has slices of the frame.
        SHARED,

        /// ApiVersions at a version that is not served: answered at version 0 with what is.
        UNSUPPORTED_VERSION,

        /// A token without a header: answered by one.
        BARE
    }

    record Parsed(RequestHeader header, ApiMessage body, Form form) {
        boolean shared() {
            return form == Form.SHARED;
        }

        boolean unsupportedVersion() {
            return form == Form.UNSUPPORTED_VERSION;
        }
    }
}
