package io.quafka.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// HAProxy: one TCP port in front of several gateways. It asks each for its readiness by HTTP, and
/// hands new connections to those that are ready.
final class LoadBalancer implements AutoCloseable {
    private final Program program;
    private final int port;

    private LoadBalancer(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    /// Starts it, once it is known to be installed.
    ///
    /// @param port where it listens
    /// @param gateways the gateways' ports; those that nobody listens on yet are found when
    ///   somebody does
    static LoadBalancer start(Path directory, int port, List<Integer> gateways)
            throws IOException, InterruptedException {
        Installed.require("HAProxy", "haproxy", "-v");
        StringBuilder config =
                new StringBuilder(
                        """
                        defaults
                          mode tcp
                          timeout connect 2s
                          timeout client 10m
                          timeout server 10m
                        listen kafka
                          bind 127.0.0.1:%d
                          balance leastconn
                          option redispatch
                          option httpchk
                          http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host localhost
                          default-server check inter 300ms fall 1 rise 1 on-marked-down shutdown-sessions
                        """
                                .formatted(port));
        for (int gateway : gateways) {
            config.append("  server g%d 127.0.0.1:%d%n".formatted(gateway, gateway));
        }
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), config);
        var balancer =
                new LoadBalancer(
                        Program.start(directory, List.of("haproxy", "-db", "-f", file.toString())),
                        port);
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> connects(port));
            return balancer;
        } catch (RuntimeException e) {
            balancer.close();
            throw new AssertionError(balancer.program.told(), e);
        }
    }

    private static boolean connects(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    /// Where clients connect: host:port.
    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        program.close();
    }
}
