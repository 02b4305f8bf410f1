package io.quafka.wire;

import java.time.Duration;

/// What a [KafkaPeer] may cost its owner.
///
/// @param frameBytesMax the largest response, without its length field
/// @param frameValuesMax primitive values in one response
/// @param inFlightRequestsMax requests sent or waiting to be sent, and not answered; more fail at
///   once
/// @param inFlightBytesMax bytes of those requests; more fail at once, unless it is the only one
/// @param connectTimeout how long a connection may take to be made
/// @param requestTimeout a request not answered within this loses the connection, and so all
///   requests on it
/// @param writeTimeout a write must progress by 64 KiB, or end, within this
/// @param backoffMin how long requests fail at once after a first lost connection; doubles with
///   each further, less up to half by chance
/// @param backoffMax where the doubling ends
public record PeerLimits(
        int frameBytesMax,
        int frameValuesMax,
        int inFlightRequestsMax,
        long inFlightBytesMax,
        Duration connectTimeout,
        Duration requestTimeout,
        Duration writeTimeout,
        Duration backoffMin,
        Duration backoffMax) {

    public PeerLimits {
        if (frameBytesMax < 1 || frameBytesMax > BufferPool.BUFFER_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "frameBytesMax is not in 1..128 MiB: " + frameBytesMax);
        }
        if (backoffMin.compareTo(backoffMax) > 0) {
            throw new IllegalArgumentException("backoffMin exceeds backoffMax");
        }
    }

    public static PeerLimits defaults() {
        return new PeerLimits(
                BufferPool.BUFFER_BYTES_MAX,
                16 << 20,
                16_384,
                256L << 20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofMillis(50),
                Duration.ofSeconds(2));
    }

    public PeerLimits withRequestTimeout(Duration timeout) {
        return new PeerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                connectTimeout,
                timeout,
                writeTimeout,
                backoffMin,
                backoffMax);
    }
}
