package io.quafka.gateway.access;

import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import java.net.InetAddress;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/// Who asks, as Kafka's authorizer wants to be told.
record Asker(KafkaPrincipal principal, InetAddress clientAddress, RequestHeader header, boolean tls)
        implements AuthorizableRequestContext {
    private static final String LISTENER = "CLIENTS";

    static Asker of(KafkaRequest request) {
        ConnectionInfo connection = request.connection();
        return new Asker(
                request.principal(),
                connection.remote().getAddress(),
                request.header(),
                connection.secure());
    }

    @Override
    public String listenerName() {
        return LISTENER;
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return tls ? SecurityProtocol.SSL : SecurityProtocol.PLAINTEXT;
    }

    @Override
    public int requestType() {
        return header.apiKey().id;
    }

    @Override
    public int requestVersion() {
        return header.apiVersion();
    }

    @Override
    public String clientId() {
        return header.clientId();
    }

    @Override
    public int correlationId() {
        return header.correlationId();
    }
}
