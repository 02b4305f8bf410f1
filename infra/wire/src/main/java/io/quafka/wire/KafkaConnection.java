package io.quafka.wire;

import io.quafka.wire.FrameReader.Frame;
import io.quafka.wire.RequestParser.Parsed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// One client's connection: reads requests, gives them to the handler in order, and has the
/// responses written in order.
final class KafkaConnection {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);
    private static final RateLimitedLog CLOSINGS = new RateLimitedLog(LOG);

    private final Transport transport;
    private final ConnectionInfo info;
    private final ServerContext server;
    private final Activity activity;
    private final FrameReader frames;
    private final Rest rest;
    private final ResponseQueue responses;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    /// @param input the connection's own buffer; between position and limit are bytes already read
    KafkaConnection(
            Transport transport,
            ConnectionInfo info,
            ServerContext server,
            Activity activity,
            ByteBuffer input) {
        this.transport = transport;
        this.info = info;
        this.server = server;
        this.activity = activity;
        ServerLimits limits = server.limits();
        this.frames =
                new FrameReader(
                        transport.input(),
                        input,
                        server.pool(),
                        new FrameReader.Bounds(
                                RequestParser.HEADER_BYTES_MIN,
                                (int) Math.min(limits.frameBytesMax(), server.pool().capacity()),
                                limits.bufferWait()),
                        activity);
        this.rest = new Rest(server.counters());
        this.responses =
                new ResponseQueue(
                        limits,
                        new GatheringWriter(transport.output(), activity),
                        server.counters(),
                        rest,
                        this::close);
    }

    /// Serves the connection until it is closed; returns with nothing left to write.
    void run() {
        server.counters().opened.increment();
        try {
            readAll();
            responses.awaitEmpty();
            transport.end();
            close(draining ? CloseReason.SERVER_STOPPED : CloseReason.CLIENT_CLOSED, null);
        } catch (BadFrameException e) {
            close(e.reason(), e);
        } catch (BufferPoolExhaustedException e) {
            close(CloseReason.NO_BUFFER, e);
        } catch (IOException e) {
            close(CloseReason.IO_ERROR, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            close(CloseReason.SERVER_STOPPED, null);
        } finally {
            close(CloseReason.HANDLER_FAILED, null);
            server.counters().ended.increment();
            server.handler().closed(info);
        }
    }

    /// Requests without a response sent.
    int inFlight() {
        return responses.inFlight();
    }

    /// Whether the client waits for us: for responses, or because it was told to.
    boolean keepsClientWaiting() {
        return inFlight() > 0 || !rest.isOver();
    }

    /// From now on no request is handed to the handler.
    void refuseRequests() {
        draining = true;
    }

    /// Reads no further request; the connection closes when those in flight are answered.
    void drain() {
        refuseRequests();
        rest.end();
        try {
            transport.socket().shutdownInput();
        } catch (IOException e) {
            close(CloseReason.IO_ERROR, e);
        }
    }

    /// Closes at once; what is in flight is dropped when the handler completes it. The first reason
    /// counts.
    void close(CloseReason reason, @Nullable Throwable cause) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        server.counters().count(reason);
        log(reason, cause);
        responses.close();
        rest.end();
        try {
            transport.socket().close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a connection failed");
        }
    }

    private void readAll() throws IOException, BadFrameException, InterruptedException {
        while (responses.awaitRoom() && !draining) {
            Frame frame;
            int bytesMax = server.handler().frameBytesMax(info);
            frames.limit(bytesMax);
            if (!frames.hasMore()) {
                responses.answerPrompt();
            }
            try {
                frame = next();
            } catch (BadFrameException e) {
                if (draining && e.reason() == CloseReason.TRUNCATED_FRAME) {
                    return;
                }
                throw e;
            }
            if (frame == null) {
                return;
            }
            if (draining) {
                drop(frame);
                return;
            }
            handle(frame, bytesMax < Integer.MAX_VALUE && server.handler().expectsBareToken(info));
        }
    }

    /// The next frame, once the connection need not rest: before that no memory is taken for it.
    private @Nullable Frame next() throws IOException, BadFrameException, InterruptedException {
        if (!frames.awaitLength()) {
            return null;
        }
        if (!rest.isOver()) {
            // Its time runs again afterwards.
            activity.frameEnded(System.nanoTime());
            rest.await();
        }
        return frames.next();
    }

    private static void drop(Frame frame) {
        PooledBuffer memory = frame.memory();
        if (memory != null) {
            memory.release();
        }
    }

    private void handle(Frame frame, boolean bareToken)
            throws BadFrameException, InterruptedException {
        long now = System.nanoTime();
        activity.frameEnded(now);
        ByteBuffer bytes = frame.bytes();
        int size = bytes.remaining();
        server.counters().received.add(size + 4L);
        PooledBuffer memory = frame.memory();
        Parsed parsed;
        try {
            if (memory == null && !bareToken && RequestParser.carriesRecords(bytes)) {
                memory = copy(bytes);
            }
            ByteBuffer whole = memory == null ? bytes : memory.buffer();
            parsed = bareToken ? RequestParser.bareToken(whole) : server.parser().parse(whole);
            if (memory == null && parsed.shared()) {
                memory = copy(bytes.rewind());
                parsed = server.parser().parse(memory.buffer());
            }
        } catch (BadFrameException | RuntimeException e) {
            if (memory != null) {
                memory.release();
            }
            throw e;
        }
        if (memory != null && !parsed.shared()) {
            memory.release();
            memory = null;
        }
        submit(parsed, size, memory, now);
    }

    private void submit(Parsed parsed, int size, @Nullable PooledBuffer memory, long receivedNanos)
            throws InterruptedException {
        ExpectedAnswer answer = ExpectedAnswer.of(parsed.header().apiKey(), parsed.body());
        if (answer == ExpectedAnswer.LARGE && !awaitLargeRoom(memory)) {
            return;
        }
        server.counters().requestCount.increment();
        short version = parsed.unsupportedVersion() ? 0 : parsed.header().apiVersion();
        CompletableFuture<KafkaResponse> future;
        if (parsed.unsupportedVersion()) {
            future =
                    CompletableFuture.completedFuture(
                            KafkaResponse.of(SupportedApis.unsupportedVersion()));
        } else {
            try {
                future =
                        server.handler()
                                .handle(
                                        new KafkaRequest(
                                                parsed.header(),
                                                parsed.body(),
                                                size,
                                                info,
                                                receivedNanos));
            } catch (RuntimeException e) {
                future = CompletableFuture.failedFuture(e);
            }
        }
        ResponseHeader header =
                parsed.form() == RequestParser.Form.BARE
                        ? null
                        : new ResponseHeader(
                                parsed.header().correlationId(),
                                parsed.header().apiKey().responseHeaderVersion(version));
        responses.submit(
                new PendingAnswer(
                        header,
                        version,
                        size,
                        answer,
                        memory,
                        receivedNanos,
                        server.counters().latencies(parsed.header().apiKey())),
                future);
    }

    /// False, with the request dropped, where the connection is closing by then.
    private boolean awaitLargeRoom(@Nullable PooledBuffer memory) throws InterruptedException {
        boolean room = false;
        try {
            room = responses.awaitLargeRoom() && !draining;
        } finally {
            if (!room && memory != null) {
                memory.release();
            }
        }
        return room;
    }

    private PooledBuffer copy(ByteBuffer bytes) {
        PooledBuffer memory =
                server.pool().acquire(bytes.remaining(), server.limits().bufferWait());
        memory.buffer().put(bytes).flip();
        return memory;
    }

    private void log(CloseReason reason, @Nullable Throwable cause) {
        Level level =
                switch (reason) {
                    case CLIENT_CLOSED, IDLE, IO_ERROR, SERVER_STOPPED, HANDLER_CLOSED ->
                            Level.DEBUG;
                    case HANDLER_FAILED -> Level.ERROR;
                    case TRUNCATED_FRAME,
                            FRAME_LENGTH,
                            UNKNOWN_PROTOCOL,
                            UNKNOWN_API,
                            UNKNOWN_VERSION,
                            MALFORMED_REQUEST,
                            SLOW_FRAME,
                            SLOW_READER,
                            NO_BUFFER,
                            TLS_REFUSED,
                            TLS_REQUIRED,
                            CONNECTION_RATE,
                            TOO_MANY_CONNECTIONS ->
                            Level.INFO;
                };
        if (!LOG.isEnabledForLevel(level)) {
            return;
        }
        CLOSINGS.at(level)
                .setCause(reason == CloseReason.HANDLER_FAILED ? cause : null)
                .addKeyValue("reason", reason)
                .addKeyValue("remote", info.remote())
                .addKeyValue("connection", info.id())
                .addKeyValue("detail", cause == null ? null : cause.getMessage())
                .log("connection closed");
    }
}
