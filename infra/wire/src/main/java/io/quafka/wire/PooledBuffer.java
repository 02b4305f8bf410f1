package io.quafka.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// A direct buffer lent by a [BufferPool], to be released exactly once, by any thread.
public final class PooledBuffer {
    private static final VarHandle RELEASED;

    static {
        try {
            RELEASED =
                    MethodHandles.lookup()
                            .findVarHandle(PooledBuffer.class, "released", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BufferPool pool;
    private final ByteBuffer memory;
    private final int sizeClass;

    @SuppressWarnings("UnusedVariable") // Written through RELEASED.
    private boolean released;

    PooledBuffer(BufferPool pool, ByteBuffer memory, int sizeClass) {
        this.pool = pool;
        this.memory = memory;
        this.sizeClass = sizeClass;
    }

    /// The memory; the same object at every call. Its capacity may exceed what was asked for.
    ///
    /// Neither it nor a slice of it may be touched after [#release()]: the bytes then belong to
    /// another.
    public ByteBuffer buffer() {
        return memory;
    }

    /// Gives the memory back.
    ///
    /// @throws IllegalStateException at the second call; nothing is given back twice
    public void release() {
        if (!RELEASED.compareAndSet(this, false, true)) {
            throw new IllegalStateException("a pooled buffer was released twice");
        }
        pool.giveBack(memory, sizeClass);
    }
}
