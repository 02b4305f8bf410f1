package io.quafka.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.network.TransferableChannel;

/// Writes several messages to a socket at once, from where their bytes lie.
///
/// Heap memory is handed to the channel in pieces: the JDK copies all of it at every attempt,
/// however little the socket takes. Used by one thread at a time.
final class GatheringWriter {
    /// Below the 1,024 that Linux takes in one call.
    private static final int BUFFERS_PER_WRITE_MAX = 512;

    private static final int HEAP_BYTES_PER_WRITE_MAX = 256 << 10;

    /// A slow reader must take this much within the write time-out.
    private static final int PROGRESS_BYTES = 64 << 10;

    private final GatheringByteChannel channel;
    private final Activity activity;
    private final List<ByteBuffer> pending = new ArrayList<>();
    private final Collector collector = new Collector();
    private long sinceProgress;

    GatheringWriter(GatheringByteChannel channel, Activity activity) {
        this.channel = channel;
        this.activity = activity;
    }

    /// Takes a message to be written by the next [#flush()]; its memory must stay as it is until
    /// then.
    void add(Send send) throws IOException {
        while (!send.completed()) {
            if (send.writeTo(collector) <= 0 && !send.completed()) {
                throw new IOException("a message does not say what to write");
            }
        }
    }

    /// Writes all that was added, blocking until the socket took it.
    ///
    /// @return bytes written
    /// @throws IOException when the connection is broken; an unknown part was written
    long flush() throws IOException {
        if (pending.isEmpty()) {
            return 0;
        }
        ByteBuffer[] buffers = pending.toArray(new ByteBuffer[0]);
        pending.clear();
        long total = 0;
        activity.writeProgressed();
        try {
            for (int next = 0; next < buffers.length; ) {
                long written = writeSome(buffers, next);
                total += written;
                progressed(written);
                while (next < buffers.length && !buffers[next].hasRemaining()) {
                    next++;
                }
            }
        } finally {
            activity.writeEnded();
            sinceProgress = 0;
        }
        return total;
    }

    /// Forgets what was added and not flushed.
    void discard() {
        pending.clear();
    }

    private long writeSome(ByteBuffer[] buffers, int from) throws IOException {
        ByteBuffer first = buffers[from];
        if (!first.isDirect() && first.remaining() > HEAP_BYTES_PER_WRITE_MAX) {
            int written = channel.write(first.slice(first.position(), HEAP_BYTES_PER_WRITE_MAX));
            first.position(first.position() + written);
            return written;
        }
        int end = from;
        int heap = 0;
        while (end < buffers.length && end - from < BUFFERS_PER_WRITE_MAX) {
            heap += buffers[end].isDirect() ? 0 : buffers[end].remaining();
            if (heap > HEAP_BYTES_PER_WRITE_MAX) {
                break;
            }
            end++;
        }
        return end - from == 1 ? channel.write(first) : channel.write(buffers, from, end - from);
    }

    private void progressed(long written) {
        activity.written(written);
        sinceProgress += written;
        if (sinceProgress >= PROGRESS_BYTES) {
            sinceProgress = 0;
            activity.writeProgressed();
        }
    }

    /// Stands where Kafka's messages expect a socket, and keeps the buffers they would write.
    private final class Collector implements TransferableChannel {
        @Override
        public boolean hasPendingWrites() {
            return false;
        }

        @Override
        public long transferFrom(FileChannel file, long position, long count) {
            throw new UnsupportedOperationException("records are written from memory");
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            long bytes = 0;
            for (int i = offset; i < offset + length; i++) {
                bytes += write(sources[i]);
            }
            return bytes;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(ByteBuffer source) {
            int bytes = source.remaining();
            if (bytes > 0) {
                pending.add(source);
            }
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("a message does not close its connection");
        }
    }
}
