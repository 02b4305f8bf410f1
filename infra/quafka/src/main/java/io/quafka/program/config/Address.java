package io.quafka.program.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Where to listen or connect: `HOST:PORT`, an IPv6 host in brackets.
///
/// @param host a name or a literal address without brackets; never empty
/// @param port 0 to 65535; 0 has the system choose one when listening
public record Address(String host, int port) {
    public Address {
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException("not an address: '" + host + ":" + port + "'");
        }
    }

    /// @throws IllegalArgumentException if the text is not `HOST:PORT`
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("expected HOST:PORT");
        }
        try {
            return new Address(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("expected HOST:PORT with a number for the port");
        }
    }

    /// True where the host stands for every address of the machine, which no client can connect to.
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
    }

    /// True where nobody but this machine can connect to it.
    public boolean isLoopback() {
        try {
            return !isWildcard() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
