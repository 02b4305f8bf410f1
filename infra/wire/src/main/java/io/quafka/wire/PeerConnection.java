package io.quafka.wire;

import io.quafka.wire.FrameReader.Frame;
import io.quafka.wire.tls.TlsChannel;
import io.quafka.wire.tls.TlsEngines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of a [KafkaPeer], from the attempt to make it until it is lost. It is not used
/// again.
///
/// Three virtual threads at most: one connects and reads, one writes while there is something to
/// write, one looks for what takes too long. A call's future fails only when no thread writes its
/// bytes any more.
final class PeerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
    private static final Runnable NOTHING = () -> {};
    private static final int INPUT_BYTES = 16 << 10;
    private static final int RESPONSE_BYTES_MIN = 4;
    private static final int CALLS_PER_WRITE_MAX = 64;
    private static final Duration WATCH_MAX = Duration.ofMillis(500);

    private final InetSocketAddress address;
    private final BufferPool pool;
    private final PeerLimits limits;
    private final Runnable onFirstAnswer;
    private final Runnable onLost;
    private final Activity activity = new Activity(System.nanoTime());
    private final SocketChannel channel;
    private final @Nullable TlsEngines tls;

    /// Made once connected, before anything is written.
    private @Nullable GatheringWriter writer;

    private Transport transport;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Integer, Call> calls = new LinkedHashMap<>();
    private final ArrayDeque<Call> outgoing = new ArrayDeque<>();
    private long bytesInFlight;
    private boolean connected;
    private boolean writing;
    private boolean seenAnswer;
    private @Nullable PeerUnavailableException loss;

    PeerConnection(
            String host,
            int port,
            BufferPool pool,
            PeerLimits limits,
            @Nullable TlsEngines tls,
            Runnable onFirstAnswer,
            Runnable onLost)
            throws PeerUnavailableException {
        this.address = InetSocketAddress.createUnresolved(host, port);
        this.pool = pool;
        this.limits = limits;
        this.tls = tls;
        this.onFirstAnswer = onFirstAnswer;
        this.onLost = onLost;
        try {
            this.channel = SocketChannel.open();
        } catch (IOException e) {
            throw new PeerUnavailableException("no socket for " + address, e);
        }
        this.transport = Transport.plain(channel);
    }

    /// A request in flight.
    record Call(
            int correlationId,
            ApiKeys api,
            short version,
            Send send,
            long startNanos,
            CompletableFuture<PeerReply> future) {}

    int inFlight() {
        lock.lock();
        try {
            return calls.size();
        } finally {
            lock.unlock();
        }
    }

    /// Queues a call for writing.
    ///
    /// @throws PeerUnavailableException when it was not taken
    void submit(Call call) throws PeerUnavailableException {
        boolean start;
        lock.lock();
        try {
            if (loss != null) {
                throw loss;
            }
            long size = call.send.size();
            if (calls.size() >= limits.inFlightRequestsMax()
                    || (!calls.isEmpty() && bytesInFlight + size > limits.inFlightBytesMax())) {
                throw new PeerUnavailableException("too much in flight to " + address, null);
            }
            bytesInFlight += size;
            calls.put(call.correlationId, call);
            outgoing.add(call);
            start = startsWriting();
        } finally {
            lock.unlock();
        }
        if (start) {
            Thread.startVirtualThread(this::write);
        }
    }

    /// Connects, then reads answers until the connection is lost.
    void run() {
        Thread watchdog = Thread.startVirtualThread(this::watch);
        try {
            connect();
            readAll();
            close(new PeerUnavailableException(address + " closed the connection", null));
        } catch (IOException | BadFrameException | RuntimeException e) {
            close(new PeerUnavailableException("the connection to " + address + " failed", e));
        } finally {
            watchdog.interrupt();
        }
    }

    /// Loses the connection. The first reason counts.
    void close(PeerUnavailableException reason) {
        List<Call> failed = List.of();
        lock.lock();
        try {
            if (loss != null) {
                return;
            }
            loss = reason;
            outgoing.clear();
            if (!writing) {
                failed = takeCalls();
            }
        } finally {
            lock.unlock();
        }
        LOG.atDebug()
                .addKeyValue("peer", address)
                .addKeyValue("detail", reason.getMessage())
                .log("peer connection lost");
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a connection failed");
        }
        onLost.run();
        failed.forEach(call -> call.future.completeExceptionally(reason));
    }

    private void connect() throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        InetSocketAddress resolved =
                new InetSocketAddress(address.getHostString(), address.getPort());
        channel.socket().connect(resolved, (int) limits.connectTimeout().toMillis());
        if (tls != null) {
            transport = new Transport(channel, secured(tls));
        }
        activity.frameEnded(System.nanoTime());
        boolean start;
        lock.lock();
        try {
            writer = new GatheringWriter(transport.output(), activity);
            connected = true;
            start = startsWriting();
        } finally {
            lock.unlock();
        }
        if (start) {
            Thread.startVirtualThread(this::write);
        }
    }

    private TlsChannel secured(TlsEngines engines) throws IOException {
        TlsChannel secured =
                new TlsChannel(
                        channel,
                        engines.peer(address.getHostString(), address.getPort()),
                        ByteBuffer.allocate(0));
        secured.handshake();
        return secured;
    }

    private void readAll() throws IOException, BadFrameException {
        FrameReader frames =
                new FrameReader(
                        transport.input(),
                        ByteBuffer.allocateDirect(INPUT_BYTES).limit(0),
                        pool,
                        new FrameReader.Bounds(
                                RESPONSE_BYTES_MIN,
                                limits.frameBytesMax(),
                                limits.requestTimeout()),
                        activity);
        for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
            activity.frameEnded(System.nanoTime());
            answer(frame);
        }
    }

    private void answer(Frame frame) throws BadFrameException {
        PooledBuffer memory = frame.memory();
        ByteBuffer bytes = frame.bytes();
        Call call = answered(bytes.getInt(bytes.position()));
        if (call == null) {
            if (memory != null) {
                memory.release();
            }
            throw new BadFrameException(CloseReason.MALFORMED_REQUEST, "an answer to no request");
        }
        PeerReply reply;
        try {
            ApiMessage body = call.api.messageType.newResponse();
            boolean shared = parse(call, bytes, body);
            if (memory == null && shared) {
                memory = pool.acquire(bytes.rewind().remaining(), limits.requestTimeout());
                memory.buffer().put(bytes).flip();
                body = call.api.messageType.newResponse();
                parse(call, memory.buffer(), body);
            }
            if (memory != null && !shared) {
                memory.release();
                memory = null;
            }
            reply = new PeerReply(body, memory == null ? NOTHING : memory::release);
        } catch (BadFrameException | RuntimeException e) {
            if (memory != null) {
                memory.release();
            }
            call.future.completeExceptionally(
                    new PeerUnavailableException(address + " answered what does not parse", e));
            throw e;
        }
        if (!call.future.complete(reply)) {
            reply.release().run();
        }
    }

    /// True when the body has slices of the frame.
    private boolean parse(Call call, ByteBuffer bytes, ApiMessage body) throws BadFrameException {
        BoundedReadable readable = new BoundedReadable(bytes, limits.frameValuesMax());
        new ResponseHeaderData(readable, call.api.responseHeaderVersion(call.version));
        body.read(readable, call.version);
        if (bytes.hasRemaining()) {
            throw new BadFrameException(
                    CloseReason.MALFORMED_REQUEST,
                    "%d bytes are left after an answer of %s"
                            .formatted(bytes.remaining(), call.api));
        }
        return readable.shared();
    }

    private @Nullable Call answered(int correlationId) {
        Call call;
        boolean first;
        lock.lock();
        try {
            call = calls.remove(correlationId);
            if (call != null) {
                bytesInFlight -= call.send.size();
            }
            first = !seenAnswer;
            seenAnswer = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            onFirstAnswer.run();
        }
        return call;
    }

    private boolean startsWriting() {
        boolean start = connected && !writing && !outgoing.isEmpty();
        writing |= start;
        return start;
    }

    private void write() {
        List<Call> failed = List.of();
        PeerUnavailableException reason;
        GatheringWriter out = Objects.requireNonNull(writer);
        while (true) {
            List<Call> batch = new ArrayList<>();
            lock.lock();
            try {
                while (batch.size() < CALLS_PER_WRITE_MAX && !outgoing.isEmpty()) {
                    batch.add(outgoing.remove());
                }
                reason = loss;
                if (batch.isEmpty() || reason != null) {
                    writing = false;
                    if (reason != null) {
                        failed = takeCalls();
                    }
                    break;
                }
            } finally {
                lock.unlock();
            }
            try {
                for (Call call : batch) {
                    out.add(call.send);
                }
                out.flush();
            } catch (IOException | RuntimeException e) {
                close(new PeerUnavailableException("writing to " + address + " failed", e));
            }
        }
        if (reason != null) {
            for (Call call : failed) {
                call.future.completeExceptionally(reason);
            }
        }
    }

    private List<Call> takeCalls() {
        List<Call> taken = List.copyOf(calls.values());
        calls.clear();
        bytesInFlight = 0;
        return taken;
    }

    private void watch() {
        Activity.Timeouts timeouts =
                new Activity.Timeouts(
                        Duration.ofDays(1),
                        limits.requestTimeout(),
                        limits.writeTimeout(),
                        limits.writeTimeout());
        Duration period = limits.requestTimeout().dividedBy(4);
        period = period.compareTo(WATCH_MAX) > 0 ? WATCH_MAX : period;
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(period.toNanos());
                long now = System.nanoTime();
                if (waitsFor(limits.requestTimeout(), now)
                        || activity.expired(now, true, timeouts) != null) {
                    close(new PeerUnavailableException(address + " takes too long", null));
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether a request has waited for its answer for longer than this.
    boolean waitsFor(Duration longest, long nowNanos) {
        lock.lock();
        try {
            var oldest = calls.firstEntry();
            return oldest != null && nowNanos - oldest.getValue().startNanos > longest.toNanos();
        } finally {
            lock.unlock();
        }
    }
}
