package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.spi.ServerConnection;
import io.quafka.wire.AcceptedChannel.Endpoints;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/// Pins what this package relies on in the version of Helidon that it is built with: a connection's
/// channel is configured before its protocol's connection is made, and a protocol that is alone
/// gets its connections at once, with nothing read.
class CapturedChannelTest {
    @Test
    void aLoneSelectorGetsTheCapturedChannelBeforeAByteIsSent() throws Exception {
        BufferPool pool = new BufferPool(1 << 20);
        ServerCounters counters = new ServerCounters();
        ServerLimits limits = ServerLimits.forClients();
        ServerContext context =
                new ServerContext(
                        new ScriptedHandler(
                                EnumSet.of(ApiKeys.API_VERSIONS), _ -> new CompletableFuture<>()),
                        new RequestParser(EnumSet.of(ApiKeys.API_VERSIONS), 100),
                        pool,
                        limits,
                        counters,
                        null);
        ConnectionRegistry registry =
                new ConnectionRegistry(limits, counters, () -> false, _ -> true);
        CompletableFuture<Integer> readBefore = new CompletableFuture<>();
        PortSelector selector =
                new PortSelector(context, registry, new InputBuffers(), null) {
                    @Override
                    public ServerConnection connection(ConnectionContext connection) {
                        readBefore.complete(connection.dataReader().available());
                        return super.connection(connection);
                    }
                };
        WebServer server =
                WebServer.builder()
                        .host("127.0.0.1")
                        .shutdownHook(false)
                        .protocolsDiscoverServices(false)
                        .useNio(false)
                        .connectionOptions(new CapturingSocketOptions(registry))
                        .addConnectionSelector(selector)
                        .build()
                        .start();
        try (Socket silent = new Socket("127.0.0.1", server.port())) {
            assertThat(readBefore.get(10, TimeUnit.SECONDS)).isZero();
            AcceptedChannel accepted =
                    Objects.requireNonNull(
                            registry.find(
                                    new Endpoints(
                                            (InetSocketAddress) silent.getLocalSocketAddress(),
                                            (InetSocketAddress) silent.getRemoteSocketAddress())));
            assertThat(accepted.channel().getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(accepted.isOpen()).isTrue();
        } finally {
            server.stop();
        }
        await().untilAsserted(() -> {
            registry.sweep(System.nanoTime());
            assertThat(registry.size()).isZero();
        });
    }
}
