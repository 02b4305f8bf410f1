package io.quafka.gateway;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns failed futures of other roles into Kafka's error codes.
final class Failures {
    private static final Logger log = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /// For a controller that did not answer: a code that clients retry.
    static Errors ofController(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof TimeoutException) {
            return Errors.REQUEST_TIMED_OUT;
        }
        log.atWarn().setCause(cause).log("controller command failed");
        return Errors.forException(cause);
    }

    /// For a storage node that went away before it answered a read, which is safe to repeat
    /// elsewhere: a code upon which clients refresh their metadata and retry.
    static Errors ofRead(Throwable failure) {
        log.atDebug().setCause(unwrap(failure)).log("storage node did not answer a read");
        return Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /// For a storage node that went away before it answered a write: nobody knows whether the write
    /// happened.
    static Errors ofWrite(Throwable failure) {
        Throwable cause = unwrap(failure);
        log.atDebug().setCause(cause).log("storage node did not answer a write");
        return cause instanceof TimeoutException
                ? Errors.REQUEST_TIMED_OUT
                : Errors.NETWORK_EXCEPTION;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
