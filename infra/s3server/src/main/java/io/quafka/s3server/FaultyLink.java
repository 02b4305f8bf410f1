package io.quafka.s3server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A TCP proxy on a free port that treats connections badly, those that are open too: in front of
/// an S3 server, a storage node, a controller. Any thread.
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
        SLOW,
        /// What clients send passes, what they are answered does not: the other side did it, and
        /// nobody hears of it.
        ANSWERS_LOST
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
    private long delayMs;
    private long leftUntilCut = Long.MAX_VALUE;
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

    /// From now on, each piece of bytes waits so long before it goes on, in both directions.
    ///
    /// @param delay zero for none, the least that is told apart is a millisecond
    public void delay(Duration delay) {
        lock.lock();
        try {
            delayMs = delay.toMillis();
        } finally {
            lock.unlock();
        }
    }

    /// After so many more bytes, of all connections and both directions together, the connection
    /// that carries the last of them is reset, once; then bytes pass again.
    public void cutAfter(long bytes) {
        lock.lock();
        try {
            leftUntilCut = bytes;
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
                connect(client, remote);
            }
        } catch (IOException e) {
            // The link was closed.
        }
    }

    private void connect(Socket client, Socket remote) throws IOException {
        try {
            remote.connect(target);
        } catch (ConnectException _) {
            // The other side is down, and may come back.
            forget(client, remote);
            client.close();
            return;
        }
        Thread.ofVirtual().start(() -> pump(client, remote, false));
        Thread.ofVirtual().start(() -> pump(remote, client, true));
    }

    private void forget(Socket one, Socket other) {
        open.remove(one);
        open.remove(other);
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(chunk)) >= 0) {
                if (!pass(chunk, read, out, answers)) {
                    from.setSoLinger(true, 0);
                    to.setSoLinger(true, 0);
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            // Either end is gone: so is the connection.
        } finally {
            forget(from, to);
        }
    }

    /// @return false if the connection is to be reset
    private boolean pass(byte[] chunk, int length, OutputStream out, boolean answers)
            throws IOException, InterruptedException {
        int at = 0;
        while (at < length) {
            Mode now = awaitPassage();
            if (now == Mode.RESET) {
                return false;
            }
            if (now == Mode.ANSWERS_LOST && answers) {
                return true;
            }
            int wanted = now == Mode.SLOW ? Math.min(SLOW_BYTES, length - at) : length - at;
            int count = untilCut(wanted);
            out.write(chunk, at, count);
            at += count;
            if (count < wanted) {
                return false;
            }
            if (now == Mode.SLOW) {
                pause(SLOW_MS);
            }
        }
        return true;
    }

    /// How many of these bytes may pass; fewer means that the connection ends with them.
    private int untilCut(int bytes) {
        lock.lock();
        try {
            if (leftUntilCut >= bytes) {
                leftUntilCut -= leftUntilCut == Long.MAX_VALUE ? 0 : bytes;
                return bytes;
            }
            int rest = (int) leftUntilCut;
            leftUntilCut = Long.MAX_VALUE;
            return rest;
        } finally {
            lock.unlock();
        }
    }

    private Mode awaitPassage() throws InterruptedException {
        long delay = delayMillis();
        if (delay > 0) {
            pause(delay);
        }
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

    private long delayMillis() {
        lock.lock();
        try {
            return delayMs;
        } finally {
            lock.unlock();
        }
    }

    private void pause(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
