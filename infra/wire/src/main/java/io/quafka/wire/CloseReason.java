package io.quafka.wire;

/// Why the server closed a connection, or refused it: what the counters and log lines are keyed by.
public enum CloseReason {
    /// The client closed first, between two frames.
    CLIENT_CLOSED,
    /// The client closed in the middle of a frame.
    TRUNCATED_FRAME,
    /// The length is negative, below a header's, or above the limit.
    FRAME_LENGTH,
    /// The first byte is neither a Kafka frame's nor that of HTTP where HTTP is served.
    UNKNOWN_PROTOCOL,
    /// The client and we did not agree on TLS: its certificate, ours, or a version.
    TLS_REFUSED,
    /// The client speaks without TLS where that is not served.
    TLS_REQUIRED,
    /// An API that this server does not answer.
    UNKNOWN_API,
    /// A version of an API that this server does not answer.
    UNKNOWN_VERSION,
    /// The header or body does not parse, or bytes are left after it.
    MALFORMED_REQUEST,
    /// No first byte came, or a frame begun was not completed in time.
    SLOW_FRAME,
    /// The client did not take its responses in time.
    SLOW_READER,
    /// Nothing happened for the idle time-out.
    IDLE,
    /// The buffer pool had no room for a frame in time.
    NO_BUFFER,
    /// A limit on connections was reached.
    TOO_MANY_CONNECTIONS,
    /// The client's address opened connections faster than its quota allows.
    CONNECTION_RATE,
    /// The handler failed.
    HANDLER_FAILED,
    /// The handler asked for it.
    HANDLER_CLOSED,
    /// Reading or writing failed.
    IO_ERROR,
    /// The server is stopping.
    SERVER_STOPPED
}
