package io.quafka.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.protocol.ApiKeys;

/// What a [KafkaServer] has done since its start. May be read from any thread; the figures are not
/// a snapshot of one instant.
public final class ServerCounters {
    final LongAdder opened = new LongAdder();
    final LongAdder ended = new LongAdder();
    final LongAdder requestCount = new LongAdder();
    final LongAdder responseCount = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder inFlight = new LongAdder();
    final LongAdder muted = new LongAdder();
    private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);
    private final Map<RequestClass, LatencyHistogram> latencies = new EnumMap<>(RequestClass.class);

    ServerCounters() {
        for (RequestClass each : RequestClass.values()) {
            latencies.put(each, new LatencyHistogram());
        }
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, new LongAdder());
        }
    }

    /// Kafka connections open now; those that speak HTTP are not counted.
    public long connectionsOpen() {
        return opened.sum() - ended.sum();
    }

    /// Kafka connections opened since the start.
    public long connectionsOpened() {
        return opened.sum();
    }

    /// Requests parsed and given to the handler.
    public long requests() {
        return requestCount.sum();
    }

    /// Responses written.
    public long responses() {
        return responseCount.sum();
    }

    /// Bytes of complete request frames, with their length fields.
    public long bytesIn() {
        return received.sum();
    }

    /// Bytes of responses written, with their length fields.
    public long bytesOut() {
        return sent.sum();
    }

    /// Bytes of the requests that the handler has not completed yet.
    public long bytesInFlight() {
        return inFlight.sum();
    }

    /// Responses after which the connection had to rest.
    public long muted() {
        return muted.sum();
    }

    /// Times from a request's frame being complete until its response was written to the socket;
    /// requests that get none are not among them.
    public LatencyHistogram.Figures latency(RequestClass of) {
        return histogram(of).figures();
    }

    LatencyHistogram latencies(ApiKeys api) {
        return histogram(RequestClass.of(api));
    }

    private LatencyHistogram histogram(RequestClass of) {
        return Objects.requireNonNull(latencies.get(of));
    }

    /// Connections closed or refused for a reason.
    public long closed(CloseReason reason) {
        LongAdder count = closed.get(reason);
        return count == null ? 0 : count.sum();
    }

    void count(CloseReason reason) {
        LongAdder count = closed.get(reason);
        if (count != null) {
            count.increment();
        }
    }
}
