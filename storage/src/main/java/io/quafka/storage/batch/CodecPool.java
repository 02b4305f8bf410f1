package io.quafka.storage.batch;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.utils.BufferSupplier;

/// A bounded number of working memories for compression, each used by one thread at a time.
///
/// Compression is all CPU, so more of it at once than there are processors would only hold more
/// memory. A thread that finds none free waits; the waits are as long as somebody else's batch
/// takes.
final class CodecPool {
    /// A chunk of decompressed bytes, read at once: larger than any buffer in the streams, so that
    /// they do not copy through it.
    private static final int CHUNK_BYTES = 32 * 1024;

    private final Semaphore permits;
    private final Queue<Codec> idle = new ConcurrentLinkedQueue<>();

    CodecPool(int size) {
        this.permits = new Semaphore(size);
    }

    /// Working memory: some hundred KiB, and 4 MiB where a producer chose LZ4's largest blocks.
    record Codec(byte[] chunk, BufferSupplier buffers) {}

    /// What is done with working memory.
    interface Work<T> {
        T with(Codec codec) throws MalformedBatchException;
    }

    /// Does work that compresses or decompresses, in the calling thread.
    <T> T run(Work<T> work) throws MalformedBatchException {
        permits.acquireUninterruptibly();
        try {
            Codec codec = idle.poll();
            if (codec == null) {
                codec = new Codec(new byte[CHUNK_BYTES], BufferSupplier.create());
            }
            T result;
            try {
                result = work.with(codec);
            } catch (MalformedBatchException e) {
                idle.add(codec);
                throw e;
            }
            // Not after any other failure, which may have left a buffer in use.
            idle.add(codec);
            return result;
        } finally {
            permits.release();
        }
    }
}
