package io.quafka.bench.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Free TCP ports of the loopback interface.
///
/// @param all the ports, of which two have a name
public record Ports(List<Integer> all) {
    private static final int COUNT = 10;

    public Ports {
        all = List.copyOf(all);
    }

    /// Asks the kernel for ports that nobody uses now.
    public static Ports free() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return new Ports(sockets.stream().map(ServerSocket::getLocalPort).toList());
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /// Where clients connect.
    public int clients() {
        return all.getFirst();
    }

    /// Where a controller that wants a port of its own listens.
    public int controller() {
        return all.getLast();
    }

    /// A port for another process.
    ///
    /// @param place from 1 to 8
    public int more(int place) {
        return all.get(place);
    }

    /// The address for clients.
    public String bootstrap() {
        return "127.0.0.1:" + clients();
    }
}
