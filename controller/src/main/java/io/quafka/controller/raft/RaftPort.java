package io.quafka.controller.raft;

import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcHttp2ConnectionHandler;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiator;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiators;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandler;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ClientAuth;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslHandler;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.thirdparty.io.netty.util.AsciiString;

/// The TLS of a member's port, as gRPC makes it, which tells who was refused by it: gRPC itself
/// closes such a connection in silence.
///
/// Any thread.
final class RaftPort implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final InternalProtocolNegotiator.ProtocolNegotiator tls;
    private final BiConsumer<SocketAddress, Throwable> refused;

    private RaftPort(SslContext context, BiConsumer<SocketAddress, Throwable> refused) {
        tls = InternalProtocolNegotiators.serverTls(context);
        this.refused = refused;
    }

    /// What Ratis is told for the port.
    ///
    /// @throws IllegalArgumentException where Java has no such TLS
    static GrpcServices.Customizer of(RaftTls tls) {
        SslContext context;
        try {
            context =
                    GrpcSslContexts.configure(
                                    SslContextBuilder.forServer(tls.keys()), SslProvider.JDK)
                            .trustManager(tls.trust())
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols(RaftTls.PROTOCOLS)
                            .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException(
                    "the controller cannot speak TLS: " + e.getMessage(), e);
        }
        return (builder, _) -> builder.protocolNegotiator(new RaftPort(context, tls.refused()));
    }

    @Override
    public AsciiString scheme() {
        return tls.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
        return new Outcome(tls.newHandler(connection), refused);
    }

    @Override
    public void close() {
        tls.close();
    }

    /// Stands in front of a connection's TLS, and at its end looks how that began.
    private static final class Outcome extends ChannelInboundHandlerAdapter {
        private final ChannelHandler next;
        private final BiConsumer<SocketAddress, Throwable> refused;

        Outcome(ChannelHandler next, BiConsumer<SocketAddress, Throwable> refused) {
            this.next = next;
            this.refused = refused;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.pipeline().addAfter(context.name(), null, next);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            SslHandler handler = context.pipeline().get(SslHandler.class);
            Throwable why = handler == null ? null : handler.handshakeFuture().cause();
            // Who connects and goes without a word is no stranger, but somebody who looks whether
            // the
            // port is there.
            if (why != null && !(why instanceof ClosedChannelException)) {
                refused.accept(context.channel().remoteAddress(), why);
            }
            super.channelInactive(context);
        }
    }
}
