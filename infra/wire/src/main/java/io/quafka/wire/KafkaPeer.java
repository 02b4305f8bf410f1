package io.quafka.wire;

import io.quafka.wire.tls.TlsEngines;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/// Another process that speaks Kafka frames, reached over one connection that carries many requests
/// at once.
///
/// The connection is made by the first request, and made anew by the first one after it was lost;
/// while a lost peer is given time to come back, requests fail at once. Answers are matched by
/// correlation id, so they may come in any order. All methods may be called from any thread and
/// return at once.
public final class KafkaPeer implements AutoCloseable {
    private final String host;
    private final int port;
    private final String clientId;
    private final BufferPool pool;
    private final PeerLimits limits;
    private final @Nullable TlsEngines tls;

    private final AtomicInteger nextCorrelationId = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable PeerConnection connection;
    private int failures;
    private long retryAtNanos;
    private boolean closed;

    /// @param clientId what the peer sees as the client's name
    /// @param pool where answers lie until they are released
    public KafkaPeer(String host, int port, String clientId, BufferPool pool, PeerLimits limits) {
        this(host, port, clientId, pool, limits, null);
    }

    /// @param tls what the connection is secured with; null for none
    public KafkaPeer(
            String host,
            int port,
            String clientId,
            BufferPool pool,
            PeerLimits limits,
            @Nullable TlsEngines tls) {
        this.tls = tls;
        this.host = host;
        this.port = port;
        this.clientId = clientId;
        this.pool = pool;
        this.limits = limits;
    }

    /// Sends one request. Requests of one thread are sent in the order of its calls.
    ///
    /// Record bytes in the body are written from where they lie, and must stay as they are until
    /// the future completes. The future completes on the connection's thread: what depends on it
    /// must not block. It fails with a [PeerUnavailableException] when the peer cannot be reached,
    /// is lost, is too slow, or too much is in flight. A request that the peer does not answer by
    /// its protocol (Produce with acks=0 to a Kafka broker) must not be sent.
    public CompletableFuture<PeerReply> send(ApiKeys api, short version, ApiMessage body) {
        CompletableFuture<PeerReply> future = new CompletableFuture<>();
        try {
            int correlationId = nextCorrelationId.getAndIncrement();
            Send send =
                    SendBuilder.buildRequestSend(
                            new RequestHeader(api, version, clientId, correlationId), body);
            submit(
                    new PeerConnection.Call(
                            correlationId, api, version, send, System.nanoTime(), future));
        } catch (PeerUnavailableException | RuntimeException e) {
            future.completeExceptionally(e);
        }
        return future;
    }

    /// Requests sent or waiting to be sent, and not answered.
    public int inFlight() {
        lock.lock();
        try {
            return connection == null ? 0 : connection.inFlight();
        } finally {
            lock.unlock();
        }
    }

    /// Loses the connection, for whose peer there is another reason to think that it is gone, if a
    /// request waits for longer than this; requests in flight fail, and the next one connects anew.
    public void loseIfWaiting(Duration longer) {
        PeerConnection current;
        lock.lock();
        try {
            current = connection;
        } finally {
            lock.unlock();
        }
        if (current != null && current.waitsFor(longer, System.nanoTime())) {
            current.close(new PeerUnavailableException(this + " is silent", null));
        }
    }

    /// Loses the connection; requests in flight fail, and so does every later one.
    @Override
    public void close() {
        PeerConnection current;
        lock.lock();
        try {
            closed = true;
            current = connection;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            current.close(new PeerUnavailableException(this + " was closed", null));
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }

    private void submit(PeerConnection.Call call) throws PeerUnavailableException {
        lock.lock();
        try {
            usable().submit(call);
        } finally {
            lock.unlock();
        }
    }

    private PeerConnection usable() throws PeerUnavailableException {
        if (closed) {
            throw new PeerUnavailableException(this + " was closed", null);
        }
        PeerConnection current = connection;
        if (current != null) {
            return current;
        }
        long wait = retryAtNanos - System.nanoTime();
        if (failures > 0 && wait > 0) {
            throw new PeerUnavailableException(
                    this + " was lost; next attempt in " + Duration.ofNanos(wait), null);
        }
        PeerConnection fresh =
                new PeerConnection(host, port, pool, limits, tls, this::answered, this::lost);
        connection = fresh;
        Thread.ofVirtual().name("quafka-peer-" + this).start(fresh::run);
        return fresh;
    }

    private void answered() {
        lock.lock();
        try {
            failures = 0;
        } finally {
            lock.unlock();
        }
    }

    private void lost() {
        lock.lock();
        try {
            connection = null;
            failures++;
            retryAtNanos = System.nanoTime() + backoff().toNanos();
        } finally {
            lock.unlock();
        }
    }

    private Duration backoff() {
        Duration full = limits.backoffMin();
        for (int i = 1; i < failures && full.compareTo(limits.backoffMax()) < 0; i++) {
            full = full.multipliedBy(2);
        }
        long nanos = Math.min(full.toNanos(), limits.backoffMax().toNanos());
        return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }
}
