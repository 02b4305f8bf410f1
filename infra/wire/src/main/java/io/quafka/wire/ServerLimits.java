package io.quafka.wire;

import java.time.Duration;

/// What a [KafkaServer] grants its clients at most: every queue, buffer and wait of a connection is
/// bounded by one of these.
///
/// @param frameBytesMax the largest request, without its length field, or the buffer pool's
///   capacity where that is less; less than 128 MiB, since the length's first byte tells a Kafka
///   frame from HTTP
/// @param frameValuesMax primitive values in one request: bounds the objects that a small frame can
///   unfold into
/// @param inFlightRequestsMax requests of one connection without a response sent; reading waits
///   beyond
/// @param inFlightBytesMax request bytes of one connection in the handler's hands; reading waits
///   beyond (one request may exceed it)
/// @param largeAnswersMax requests of one connection that wait for, or are being sent, an answer
///   that may be large; one more is not handed to the handler until an answer is written, and
///   nothing is read meanwhile. Produce is not among them
/// @param connectionsMax open connections in all
/// @param connectionsPerAddressMax open connections from one IP address
/// @param idleTimeout a connection with nothing in flight and nothing arriving is closed after this
/// @param frameTimeout a connection's first byte must come, and a frame begun must be complete,
///   within this
/// @param writeTimeout a response must progress by 64 KiB, or end, within this
/// @param scarceWriteTimeout while others wait for the memory that answers lie in
///   ([KafkaServer.Builder#scarcity]), a response must progress by 512 KiB, or end, within this
/// @param bufferWait how long a frame waits for room in the buffer pool before its connection is
///   closed
/// @param responseOrder in which order a connection's responses go out
public record ServerLimits(
        int frameBytesMax,
        int frameValuesMax,
        int inFlightRequestsMax,
        long inFlightBytesMax,
        int largeAnswersMax,
        int connectionsMax,
        int connectionsPerAddressMax,
        Duration idleTimeout,
        Duration frameTimeout,
        Duration writeTimeout,
        Duration scarceWriteTimeout,
        Duration bufferWait,
        ResponseOrder responseOrder) {

    /// In which order a connection's responses go out.
    public enum ResponseOrder {
        /// As the requests came: what Kafka's clients rely on.
        AS_REQUESTED,
        /// As the handler completes them, so that a long poll holds nobody up: for a [KafkaPeer],
        /// which matches by correlation id.
        AS_COMPLETED
    }

    public ServerLimits {
        if (frameBytesMax < 1 || frameBytesMax >= BufferPool.BUFFER_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "frameBytesMax is not in 1..128 MiB: " + frameBytesMax);
        }
        if (frameValuesMax < 1
                || inFlightRequestsMax < 1
                || inFlightBytesMax < 1
                || largeAnswersMax < 1
                || connectionsMax < 1
                || connectionsPerAddressMax < 1) {
            throw new IllegalArgumentException("a limit is below 1");
        }
    }

    /// For the port that Kafka clients use.
    public static ServerLimits forClients() {
        return new ServerLimits(
                100 << 20,
                1 << 20,
                64,
                64L << 20,
                1,
                20_000,
                20_000,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                BufferPool.WAIT_DEFAULT,
                ResponseOrder.AS_REQUESTED);
    }

    /// For the port that our own processes use: few connections, each carrying the requests of
    /// thousands of clients.
    public static ServerLimits forPeers() {
        return forClients()
                .withScarceWriteTimeout(Duration.ofSeconds(60))
                .withInFlight(16_384, 256L << 20)
                .withLargeAnswers(16_384)
                .withResponseOrder(ResponseOrder.AS_COMPLETED);
    }

    public ServerLimits withFrame(int bytesMax, int valuesMax) {
        return new ServerLimits(
                bytesMax,
                valuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                largeAnswersMax,
                connectionsMax,
                connectionsPerAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                scarceWriteTimeout,
                bufferWait,
                responseOrder);
    }

    public ServerLimits withInFlight(int requestsMax, long bytesMax) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                requestsMax,
                bytesMax,
                largeAnswersMax,
                connectionsMax,
                connectionsPerAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                scarceWriteTimeout,
                bufferWait,
                responseOrder);
    }

    public ServerLimits withLargeAnswers(int max) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                max,
                connectionsMax,
                connectionsPerAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                scarceWriteTimeout,
                bufferWait,
                responseOrder);
    }

    public ServerLimits withConnections(int max, int perAddressMax) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                largeAnswersMax,
                max,
                perAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                scarceWriteTimeout,
                bufferWait,
                responseOrder);
    }

    public ServerLimits withTimeouts(
            Duration idle, Duration frame, Duration write, Duration buffer) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                largeAnswersMax,
                connectionsMax,
                connectionsPerAddressMax,
                idle,
                frame,
                write,
                scarceWriteTimeout,
                buffer,
                responseOrder);
    }

    public ServerLimits withScarceWriteTimeout(Duration write) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                largeAnswersMax,
                connectionsMax,
                connectionsPerAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                write,
                bufferWait,
                responseOrder);
    }

    public ServerLimits withResponseOrder(ResponseOrder order) {
        return new ServerLimits(
                frameBytesMax,
                frameValuesMax,
                inFlightRequestsMax,
                inFlightBytesMax,
                largeAnswersMax,
                connectionsMax,
                connectionsPerAddressMax,
                idleTimeout,
                frameTimeout,
                writeTimeout,
                scarceWriteTimeout,
                bufferWait,
                order);
    }
}
