package io.quafka.storage;

import java.net.InetAddress;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// A client's request on its way to the coordinator that it belongs to.
///
/// @param version at which the client asked, and is answered: the coordinators' rules depend on it
/// @param body the request's message; belongs to the coordinator from now on, which may change it
public record CoordinatorCall(ApiKeys api, short version, Client client, ApiMessage body) {
    /// Who asks, as the gateway knows it.
    ///
    /// @param id the client id of the request's header; empty if it had none
    /// @param address where the client's connection comes from
    /// @param principal whom it was authenticated as
    public record Client(String id, InetAddress address, KafkaPrincipal principal) {}

    /// The answer that refuses the request as a whole, and each of its parts, as Kafka's own would.
    public ApiMessage refuse(Errors error) {
        return refuse(error.exception());
    }

    /// As [#refuse(Errors)], with the code that Kafka gives an exception.
    public ApiMessage refuse(Throwable failure) {
        AbstractRequest request =
                AbstractRequest.parseRequest(
                                api, version, MessageUtil.toByteBufferAccessor(body, version))
                        .request;
        return request.getErrorResponse(0, failure).data();
    }
}
