package io.quafka.s3server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A TCP proxy on a free port that treats connections badly, those that are open too.
public final class FaultyLink implements AutoCloseable {
    /// What becomes of bytes.
    public enum Mode {
        /// They pass.
        PASS,
        /// Connections are reset once bytes arrive.
        RESET,
        /// Nothing passes, in neither direction, and nobody is told.
        HANG,
        /// A few bytes at a time pass.
        SLOW
    }

    private static final int CHUNK_BYTES = 16 << 10;
    private static final int SLOW_BYTES = 100;
    private static final long SLOW_MS = 50;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.PASS;
    private boolean closed;

    private FaultyLink(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /// A link to a port of this machine.
    public static FaultyLink to(int port) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        FaultyLink link =
                new FaultyLink(new ServerSocket(0, 50, here), new InetSocketAddress(here, port));
        Thread.ofVirtual().name("faulty-link").start(link::accept);
        return link;
    }

    public int port() {
        return server.getLocalPort();
    }

    /// From now on, for all connections.
    public void set(Mode next) {
        lock.lock();
        try {
            mode = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        server.close();
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket remote = new Socket();
                open.add(client);
                open.add(remote);
                remote.connect(target);
                Thread.ofVirtual().start(() -> pump(client, remote));
                Thread.ofVirtual().start(() -> pump(remote, client));
            }
        } catch (IOException e) {
            // The link was closed.
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(chunk)) >= 0) {
                if (!pass(chunk, read, out)) {
                    from.setSoLinger(true, 0);
                    to.setSoLinger(true, 0);
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            // Either end is gone: so is the connection.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    /// @return false if the connection is to be reset
    private boolean pass(byte[] chunk, int length, OutputStream out)
            throws IOException, InterruptedException {
        int at = 0;
        while (at < length) {
            Mode now = awaitPassage();
            if (now == Mode.RESET) {
                return false;
            }
            int count = now == Mode.SLOW ? Math.min(SLOW_BYTES, length - at) : length - at;
            out.write(chunk, at, count);
            at += count;
            if (now == Mode.SLOW) {
                pause();
            }
        }
        return true;
    }

    private Mode awaitPassage() throws InterruptedException {
        lock.lock();
        try {
            while (mode == Mode.HANG && !closed) {
                changed.await();
            }
            return closed ? Mode.RESET : mode;
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        lock.lock();
        try {
            boolean told = changed.await(SLOW_MS, TimeUnit.MILLISECONDS);
            if (told) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
