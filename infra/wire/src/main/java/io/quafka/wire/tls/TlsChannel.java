package io.quafka.wire.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SocketChannel;
import java.security.Principal;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// TLS over a blocking socket: plain bytes on this side, records on the other.
///
/// One thread reads and one thread at a time writes, as with the socket itself; both may block. The
/// reader writes too, where the protocol wants it (a key update). Renegotiation, which TLS 1.3 does
/// not have, is refused. An end of the stream without the peer's farewell reads as an end: frames
/// and HTTP have lengths.
public final class TlsChannel implements ScatteringByteChannel, GatheringByteChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /// Several records go out with one call to the socket.
    private static final int OUT_BYTES = 128 << 10;

    private static final int OUT_KEPT_MAX = 64;
    private static final ArrayBlockingQueue<ByteBuffer> OUT =
            new ArrayBlockingQueue<>(OUT_KEPT_MAX);

    private static final int END = -1;
    private static final int NO_ROOM = -2;

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final ReentrantLock writing = new ReentrantLock();

    /// Records that came and are not opened; to be read. The reader's own, like what follows.
    private ByteBuffer records;

    /// What was opened and had no room; to be read. Made when it is first needed.
    private ByteBuffer plain = NOTHING;

    private boolean established;

    /// @param already bytes that were read from the socket before
    public TlsChannel(SocketChannel socket, SSLEngine engine, ByteBuffer already) {
        this.socket = socket;
        this.engine = engine;
        int room = engine.getSession().getPacketBufferSize();
        records = ByteBuffer.allocate(Math.max(room, already.remaining()));
        records.put(already).flip();
    }

    /// Agrees with the peer; before anything is read or written.
    ///
    /// @throws SSLException when the two do not agree; the peer has been told why
    public void handshake() throws IOException {
        try {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks();
                    case NEED_WRAP -> send();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> receive();
                    case FINISHED, NOT_HANDSHAKING -> {
                        established = true;
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            tell(e);
            throw e;
        }
    }

    /// The name in the certificate that the peer showed (RFC 2253), or null where it showed none.
    public @Nullable String peerName() {
        try {
            Principal peer = engine.getSession().getPeerPrincipal();
            return peer.getName();
        } catch (SSLPeerUnverifiedException _) {
            return null;
        }
    }

    /// Such as `TLSv1.3`.
    public String protocol() {
        return engine.getSession().getProtocol();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        if (plain.hasRemaining()) {
            return takePlain(target);
        }
        int opened = open(target);
        if (opened == NO_ROOM) {
            int room = engine.getSession().getApplicationBufferSize();
            plain = plain.capacity() >= room ? plain.clear() : ByteBuffer.allocate(room);
            opened = open(plain);
            plain.flip();
            return opened < 0 ? END : takePlain(target);
        }
        return opened;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            if (!targets[i].hasRemaining()) {
                continue;
            }
            if (bytes == 0) {
                int read = read(targets[i]);
                if (read < 0) {
                    return END;
                }
                bytes += read;
            } else if (plain.hasRemaining()) {
                bytes += takePlain(targets[i]);
            }
            if (targets[i].hasRemaining()) {
                break;
            }
        }
        return bytes;
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
        return read(targets, 0, targets.length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    /// Writes some of it: as much as goes out with one call to the socket.
    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        writing.lock();
        ByteBuffer out = takeOut();
        try {
            int record = engine.getSession().getPacketBufferSize();
            long consumed = 0;
            while (out.remaining() >= record && hasRemaining(sources, offset, length)) {
                SSLEngineResult result = engine.wrap(sources, offset, length, out);
                consumed += result.bytesConsumed();
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new SSLException("TLS is closed");
                }
                if (result.bytesProduced() == 0) {
                    break;
                }
            }
            flush(out);
            return consumed;
        } finally {
            giveBackOut(out);
            writing.unlock();
        }
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    /// Tells the peer that no more comes. Blocks as a write does.
    public void end() throws IOException {
        engine.closeOutbound();
        send();
    }

    /// Closes the socket at once.
    @Override
    public void close() throws IOException {
        socket.close();
    }

    private int takePlain(ByteBuffer target) {
        int bytes = Math.min(plain.remaining(), target.remaining());
        target.put(target.position(), plain, plain.position(), bytes);
        target.position(target.position() + bytes);
        plain.position(plain.position() + bytes);
        return bytes;
    }

    /// Opens records until one has something for the target.
    private int open(ByteBuffer target) throws IOException {
        while (true) {
            SSLEngineResult result = engine.unwrap(records, target);
            switch (result.getStatus()) {
                case OK -> {
                    settle(result.getHandshakeStatus());
                    if (result.bytesProduced() > 0) {
                        return result.bytesProduced();
                    }
                }
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return END;
                    }
                }
                case BUFFER_OVERFLOW -> {
                    return NO_ROOM;
                }
                case CLOSED -> {
                    return END;
                }
            }
        }
    }

    /// What the protocol wants in the middle of a connection.
    private void settle(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (!protocol().equals("TLSv1.3")) {
            throw new SSLException("renegotiation is refused");
        }
        if (status == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            send();
        }
    }

    private void receive() throws IOException {
        if (plain.capacity() == 0) {
            plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).limit(0);
        }
        plain.compact();
        try {
            SSLEngineResult result = engine.unwrap(records, plain);
            switch (result.getStatus()) {
                case OK -> {}
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        throw new SSLException("the peer closed before TLS was agreed upon");
                    }
                }
                case BUFFER_OVERFLOW, CLOSED -> throw new SSLException("TLS was not agreed upon");
            }
        } finally {
            plain.flip();
        }
    }

    /// False at the end of the stream.
    private boolean fill() throws IOException {
        if (records.remaining() == records.capacity()) {
            int room = engine.getSession().getPacketBufferSize();
            if (room <= records.capacity()) {
                throw new SSLException("a TLS record is too long");
            }
            records = ByteBuffer.allocate(room).put(records).flip();
        }
        records.compact();
        try {
            return socket.read(records) >= 0;
        } finally {
            records.flip();
        }
    }

    /// Sends what the protocol wants to say.
    private void send() throws IOException {
        writing.lock();
        ByteBuffer out = takeOut();
        try {
            SSLEngineResult result = engine.wrap(NOTHING, out);
            if (!established && result.getStatus() == SSLEngineResult.Status.CLOSED) {
                flush(out);
                throw new SSLException("TLS was not agreed upon");
            }
            flush(out);
        } finally {
            giveBackOut(out);
            writing.unlock();
        }
    }

    private void flush(ByteBuffer out) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            socket.write(out);
        }
    }

    /// The reason for a refusal goes to the peer, if it listens.
    private void tell(SSLException reason) {
        try {
            for (int i = 0;
                    i < 2 && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
                    i++) {
                send();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int offset, int length) {
        for (int i = offset + length - 1; i >= offset; i--) {
            if (sources[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuffer takeOut() {
        ByteBuffer out = OUT.poll();
        return out == null ? ByteBuffer.allocateDirect(OUT_BYTES) : out.clear();
    }

    private static void giveBackOut(ByteBuffer out) {
        OUT.offer(out);
    }
}
