package io.quafka.storage.remote;

import io.quafka.storage.CoordinatorCall;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.DefaultPrincipalData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// Clients' requests inside Envelope requests, Kafka's own message for handing a request on with
/// who asked it: at the client's version, with its header.
final class Envelopes {
    private Envelopes() {}

    static EnvelopeRequestData request(CoordinatorCall call) {
        RequestHeader header = new RequestHeader(call.api(), call.version(), call.client().id(), 0);
        KafkaPrincipal principal = call.client().principal();
        return new EnvelopeRequestData()
                .setRequestData(
                        RequestUtils.serialize(
                                header.data(), header.headerVersion(), call.body(), call.version()))
                .setRequestPrincipal(
                        MessageUtil.toVersionPrefixedBytes(
                                DefaultPrincipalData.HIGHEST_SUPPORTED_VERSION,
                                new DefaultPrincipalData()
                                        .setType(principal.getPrincipalType())
                                        .setName(principal.getName())
                                        .setTokenAuthenticated(principal.tokenAuthenticated())))
                .setClientHostAddress(call.client().address().getAddress());
    }

    /// @throws IllegalArgumentException if what is inside is not a client's request
    static CoordinatorCall call(EnvelopeRequestData envelope) {
        ByteBuffer data = envelope.requestData();
        ApiKeys api = ApiKeys.forId(data.getShort(data.position()));
        short version = data.getShort(data.position() + 2);
        ByteBufferAccessor readable = new ByteBufferAccessor(data.duplicate());
        RequestHeaderData header =
                new RequestHeaderData(readable, api.requestHeaderVersion(version));
        ApiMessage body = api.messageType.newRequest();
        body.read(readable, version);
        String clientId = header.clientId();
        return new CoordinatorCall(
                api,
                version,
                new CoordinatorCall.Client(
                        clientId == null ? "" : clientId,
                        address(envelope.clientHostAddress()),
                        principal(envelope.requestPrincipal())),
                body);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static KafkaPrincipal principal(byte[] bytes) {
        ByteBufferAccessor readable = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
        DefaultPrincipalData data = new DefaultPrincipalData(readable, readable.readShort());
        return new KafkaPrincipal(data.type(), data.name(), data.tokenAuthenticated());
    }

    static EnvelopeResponseData response(CoordinatorCall call, ApiMessage answer) {
        return new EnvelopeResponseData()
                .setResponseData(MessageUtil.toByteBufferAccessor(answer, call.version()).buffer());
    }

    static ApiMessage answer(CoordinatorCall call, EnvelopeResponseData response) {
        ApiMessage answer = call.api().messageType.newResponse();
        answer.read(new ByteBufferAccessor(response.responseData()), call.version());
        return answer;
    }
}
