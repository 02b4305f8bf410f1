package io.quafka.storage.coordinator;

import io.quafka.storage.CoordinatorCall;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/// Who asks, in the words of Kafka's coordinators.
record CallContext(CoordinatorCall call) implements AuthorizableRequestContext {
    @Override
    public String listenerName() {
        return "";
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return call.client().principal();
    }

    @Override
    public InetAddress clientAddress() {
        return call.client().address();
    }

    @Override
    public int requestType() {
        return call.api().id;
    }

    @Override
    public int requestVersion() {
        return call.version();
    }

    @Override
    public String clientId() {
        return call.client().id();
    }

    @Override
    public int correlationId() {
        return 0;
    }
}
