package io.quafka.storage.node;

import io.quafka.storage.log.ShippedGroups;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PooledBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is read for one answer to another replica, and the memory that it lies in. One thread;
/// [#release] may be called by another, once.
final class GroupReads {
    private final FetchCall.Environment environment;
    private final List<PooledBuffer> lent = new ArrayList<>();
    private boolean starved;

    /// Whether something may lie in the memory of readers, who are told when it is given back.
    private boolean borrowed;

    GroupReads(FetchCall.Environment environment) {
        this.environment = environment;
    }

    /// Reads whole groups.
    ///
    /// @param there bytes that there are from the position on
    /// @param most bytes that the answer has room for
    /// @param alone whether a single group may have more
    /// @return null if there is no memory, or no room
    @Nullable ByteBuffer read(Shard shard, long position, long there, int most, boolean alone)
            throws IOException {
        int bytes = (int) Math.min(there, Math.max(0, most));
        while (bytes > 0) {
            PooledBuffer buffer = memoryFor(bytes);
            if (buffer == null) {
                starved = true;
                return null;
            }
            ByteBuffer target = buffer.buffer().clear().limit(bytes);
            long first;
            boolean whole = false;
            try {
                shard.read(position, target);
                target.flip();
                int groups = ShippedGroups.wholeBytes(target, position);
                whole = groups > 0;
                if (whole) {
                    lent.add(buffer);
                    return target.limit(groups).duplicate().order(target.order());
                }
                first = ShippedGroups.sizeOfFirst(target, position);
            } finally {
                if (!whole) {
                    release(List.of(buffer));
                }
            }
            if (!alone || first <= bytes || first > there) {
                if (first == 0 && bytes >= there) {
                    throw new IOException("no group at " + shard.describe(position));
                }
                return null;
            }
            bytes = (int) first;
        }
        return null;
    }

    /// Empty memory; null if there is none.
    @Nullable ByteBuffer take(int bytes) {
        PooledBuffer buffer = memoryFor(bytes);
        if (buffer == null) {
            starved = true;
            return null;
        }
        lent.add(buffer);
        return buffer.buffer().clear();
    }

    /// Whether there was no memory for something.
    boolean isStarved() {
        return starved;
    }

    /// What is too large for the followers' own memory lies in the readers'.
    private @Nullable PooledBuffer memoryFor(int bytes) {
        BufferPool own = environment.replicas();
        if (bytes + bytes / 4L <= own.capacity()) {
            return own.tryAcquire(bytes);
        }
        borrowed = true;
        return environment.memory().tryAcquire(bytes, false);
    }

    /// Gives all memory back.
    void release() {
        release(lent);
    }

    private void release(List<PooledBuffer> memory) {
        if (borrowed) {
            environment.memory().release(memory);
        } else {
            memory.forEach(PooledBuffer::release);
        }
    }
}
