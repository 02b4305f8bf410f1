package io.quafka.controller.model;

/// An address that other processes, or clients, connect to.
///
/// @param host a name or a literal address; never empty
/// @param port 1 to 65535
public record Endpoint(String host, int port) {
    public Endpoint {
        if (host.isEmpty() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("not an address: '" + host + ":" + port + "'");
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
