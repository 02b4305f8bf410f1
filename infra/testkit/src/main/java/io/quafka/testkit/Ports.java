package io.quafka.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports that a broker can come back to.
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int AFTER_LAST = 32_000;
    private static final int TRIES_MAX = 200;

    /// All that were given away: whoever has one may not listen on it yet, or be about to come back
    /// to it, while another test asks.
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /// A free port below the range from which the system gives ports to clients: there, a client
    /// that retries while the broker is down could be connected to itself and keep the port. No
    /// port is given twice in this JVM.
    public static int free() {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(port)) {
                    return port;
                }
            } catch (IOException _) {
                // Taken: the next one.
            }
        }
        throw new UncheckedIOException(
                new IOException("no free port in " + FIRST + ".." + (AFTER_LAST - 1)));
    }
}
