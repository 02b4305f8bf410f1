package io.quafka.bench.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// Free TCP ports of the loopback interface.
///
/// @param clients where clients connect
/// @param controller where a controller that wants a port of its own listens
public record Ports(int clients, int controller) {
    /// Asks the kernel for two ports that nobody uses now.
    public static Ports free() throws IOException {
        try (ServerSocket one = listen();
                ServerSocket other = listen()) {
            return new Ports(one.getLocalPort(), other.getLocalPort());
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /// The address for clients.
    public String bootstrap() {
        return "127.0.0.1:" + clients;
    }
}
