package io.quafka.storage.remote;

import io.quafka.wire.BufferPool;
import java.util.concurrent.atomic.AtomicLong;

/// The memory in which storage nodes' answers to a gateway's fetches lie until clients took them,
/// shared out before anything is asked: what a fetch asks for at most is cut to what there will be
/// room for.
///
/// No fetch takes all there is: one is promised a [#SHARE] of what is neither lent nor promised, at
/// most a [#PARTS]th of the whole. A [#RESERVE] is left out of that: none is promised less than
/// [#FETCH_BYTES_MIN], so that readers get on, in small steps, while others hold much or wait at
/// the end of a partition. All methods may be called from any thread and return at once.
public final class AnswerMemory {
    /// One fetch is promised at most this part of what is left.
    static final int SHARE = 4;

    /// One fetch is promised at most this part of the whole.
    static final int PARTS = 32;

    /// This part of the whole is for fetches that are promised the least.
    static final int RESERVE = 8;

    /// What every fetch is promised.
    static final int FETCH_BYTES_MIN = 64 << 10;

    private final BufferPool pool;
    private final int most;
    private final AtomicLong promised = new AtomicLong();

    /// @param pool where the answers lie; used for nothing else
    public AnswerMemory(BufferPool pool) {
        this.pool = pool;
        this.most =
                (int)
                        Math.min(
                                Integer.MAX_VALUE,
                                Math.max(FETCH_BYTES_MIN, pool.capacity() / PARTS));
    }

    /// The pool in which answers lie.
    public BufferPool pool() {
        return pool;
    }

    /// Bytes promised to fetches that were not answered yet.
    public long promised() {
        return promised.get();
    }

    /// How many bytes a fetch may ask for; to be given to [#settle] once it is answered.
    ///
    /// @param wanted how many it would ask for
    int promise(int wanted) {
        long inUse = pool.inUse();
        while (true) {
            long before = promised.get();
            long left = pool.capacity() - pool.capacity() / RESERVE - inUse - before;
            long share = Math.max(FETCH_BYTES_MIN, Math.min(most, left / SHARE));
            int granted = (int) Math.min(Math.max(0, wanted), share);
            if (promised.compareAndSet(before, before + granted)) {
                return granted;
            }
        }
    }

    /// The fetch was answered, or failed: what of the promise it used is lent by now.
    void settle(int granted) {
        promised.addAndGet(-granted);
    }
}
