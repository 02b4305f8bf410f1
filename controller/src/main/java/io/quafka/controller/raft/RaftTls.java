package io.quafka.controller.raft;

import java.net.SocketAddress;
import java.util.function.BiConsumer;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/// Mutual TLS between the controller's members, and between them and whoever asks them: both sides
/// show a certificate, and go on only if they believe the other's.
///
/// Java's own TLS is used, not the native one that Ratis brings along, which would have to be
/// unpacked and loaded for the little that is said here.
///
/// @param keys what this side shows
/// @param trust whom this side believes; names of hosts are its affair
/// @param refused is told who was refused by a member's port, and why; called by the threads that
///   read for all connections, so it must not block
public record RaftTls(
        X509ExtendedKeyManager keys,
        X509ExtendedTrustManager trust,
        BiConsumer<SocketAddress, Throwable> refused) {
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /// Refuses in silence.
    public RaftTls(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {
        this(keys, trust, (_, _) -> {});
    }

    /// What Ratis is told of who asks members.
    ///
    /// @param tls null for none: whoever reaches a member is served then
    static Parameters parameters(@Nullable RaftTls tls) {
        Parameters parameters = new Parameters();
        if (tls != null) {
            GrpcConfigKeys.TLS.setConf(
                    parameters,
                    GrpcTlsConfig.newBuilder()
                            .setName("nodes")
                            .setKeyManager(tls.keys)
                            .setTrustManager(tls.trust)
                            .setMutualTls(true)
                            .setSslProvider(SslProvider.JDK)
                            .setProtocols(PROTOCOLS)
                            .build());
        }
        return parameters;
    }

    /// What Ratis is told of a member, which has a port.
    ///
    /// @param tls null for none
    static Parameters memberParameters(@Nullable RaftTls tls) {
        Parameters parameters = parameters(tls);
        if (tls != null) {
            GrpcConfigKeys.Server.setServicesCustomizer(parameters, RaftPort.of(tls));
        }
        return parameters;
    }
}
