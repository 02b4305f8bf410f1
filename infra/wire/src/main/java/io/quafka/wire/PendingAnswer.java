package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.network.ByteBufferSend;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A request in the handler's hands, and then its response until it is written. Changed by whoever
/// completes it, under the lock of its [ResponseQueue], or before others know it.
final class PendingAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(PendingAnswer.class);

    private final @Nullable ResponseHeader header;
    private final short version;
    final int bytes;
    final ExpectedAnswer answer;
    private final @Nullable PooledBuffer frame;
    private final long receivedNanos;
    private final LatencyHistogram latencies;
    boolean done;
    @Nullable KafkaResponse response;
    @Nullable Throwable error;

    /// @param header null for a SASL token without one, which is answered by another
    /// @param bytes the frame's size
    /// @param answer what may be expected of the answer
    /// @param frame what to release when the request is done
    /// @param receivedNanos `System.nanoTime()` when the frame was complete
    /// @param latencies told of the time from then until the response was written
    PendingAnswer(
            @Nullable ResponseHeader header,
            short version,
            int bytes,
            ExpectedAnswer answer,
            @Nullable PooledBuffer frame,
            long receivedNanos,
            LatencyHistogram latencies) {
        this.header = header;
        this.version = version;
        this.bytes = bytes;
        this.answer = answer;
        this.frame = frame;
        this.receivedNanos = receivedNanos;
        this.latencies = latencies;
    }

    /// What is to be written of a response.
    Send toSend(ApiMessage body) {
        return header == null
                ? ByteBufferSend.sizePrefixed(
                        ByteBuffer.wrap(((SaslAuthenticateResponseData) body).authBytes()))
                : SendBuilder.buildResponseSend(header, body, version);
    }

    void complete(@Nullable KafkaResponse result, @Nullable Throwable failure) {
        done = true;
        response = result;
        error =
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
    }

    void releaseFrame(ServerCounters counters) {
        counters.inFlight.add(-bytes);
        if (frame != null) {
            frame.release();
        }
    }

    /// The socket has the response, if there is one to send.
    void written(long nowNanos) {
        if (response != null && response.body() != null) {
            latencies.record(nowNanos - receivedNanos);
        }
    }

    /// Written or dropped: the response's memory is given back.
    void sent() {
        if (response == null) {
            return;
        }
        try {
            response.onSent().run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("giving back a response's memory failed");
        }
    }
}
