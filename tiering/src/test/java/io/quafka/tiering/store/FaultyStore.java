package io.quafka.tiering.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A store that fails as it is told to, in front of one that does not.
public final class FaultyStore implements ObjectStore {
    /// What goes wrong.
    public enum Fault {
        /// The store is busy; nothing is done.
        BUSY,
        /// The answer is lost; what was asked for is done.
        TIMEOUT_AFTER_SUCCESS,
        /// We are refused.
        DENIED,
        /// A read gives a part, then breaks.
        CUT,
        /// A bit of what is read is another.
        FLIPPED,
        /// Every other object is deleted.
        PARTIAL
    }

    private final ObjectStore store;
    private final Map<StoreOperation, Plan> plans = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger readsAtOnce = new AtomicInteger();
    private final AtomicInteger readsAtOnceMax = new AtomicInteger();
    private volatile @Nullable Phaser gate;

    public FaultyStore(ObjectStore store) {
        this.store = store;
    }

    /// Lets the next calls fail.
    public void expect(StoreOperation operation, Fault fault, int times) {
        plans.put(operation, new Plan(fault, new AtomicInteger(times)));
    }

    /// Lets reads wait until the gate is opened.
    public void closeGate() {
        gate = new Phaser(1);
    }

    public void openGate() {
        Phaser closed = gate;
        gate = null;
        if (closed != null) {
            closed.arriveAndDeregister();
        }
    }

    public int reads() {
        return reads.get();
    }

    public int readsAtOnceMax() {
        return readsAtOnceMax.get();
    }

    /// Reads that are going on.
    public int readsNow() {
        return readsAtOnce.get();
    }

    private @Nullable Fault next(StoreOperation operation) {
        Plan plan = plans.get(operation);
        return plan != null && plan.left.getAndUpdate(n -> Math.max(0, n - 1)) > 0
                ? plan.fault
                : null;
    }

    private static void refuse(@Nullable Fault fault) throws StoreException {
        if (fault == Fault.BUSY) {
            throw new StoreBusyException("slow down", Duration.ofMillis(10), null);
        }
        if (fault == Fault.DENIED) {
            throw new StoreDeniedException("not you", null);
        }
    }

    private static void lose(@Nullable Fault fault) throws StoreException {
        if (fault == Fault.TIMEOUT_AFTER_SUCCESS) {
            throw new StoreBusyException("no answer in time", Duration.ofMillis(10), null);
        }
    }

    @Override
    public ObjectUpload create(String key) throws StoreException {
        return new FaultyUpload(store.create(key));
    }

    @Override
    public int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException {
        reads.incrementAndGet();
        int now = readsAtOnce.incrementAndGet();
        readsAtOnceMax.accumulateAndGet(now, Math::max);
        try {
            Phaser closed = gate;
            if (closed != null) {
                closed.awaitAdvance(0);
            }
            Fault fault = next(StoreOperation.GET);
            refuse(fault);
            ByteBuffer first = destinations.getFirst();
            int start = first.position();
            if (fault == Fault.CUT) {
                ByteBuffer half = first.duplicate();
                half.limit(start + first.remaining() / 2);
                store.read(key, offset, half);
                throw new StoreBusyException("cut", Duration.ofMillis(10), null);
            }
            int read = store.read(key, offset, destinations);
            if (fault == Fault.FLIPPED) {
                ByteBuffer last = destinations.getLast();
                int at = destinations.size() == 1 ? start : last.position() - 1;
                last.put(at, (byte) (last.get(at) ^ 4));
            }
            lose(fault);
            return read;
        } finally {
            readsAtOnce.decrementAndGet();
        }
    }

    @Override
    public ObjectInfo head(String key) throws StoreException {
        Fault fault = next(StoreOperation.HEAD);
        refuse(fault);
        return store.head(key);
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) throws StoreException {
        Fault fault = next(StoreOperation.PUT);
        refuse(fault);
        boolean put = store.putIfAbsent(key, bytes);
        lose(fault);
        return put;
    }

    @Override
    public ObjectPage list(String prefix, @Nullable String after) throws StoreException {
        refuse(next(StoreOperation.LIST));
        return store.list(prefix, after);
    }

    @Override
    public void delete(Collection<String> keys) throws StoreException {
        Fault fault = next(StoreOperation.DELETE);
        refuse(fault);
        if (fault == Fault.PARTIAL) {
            List<String> some = new ArrayList<>();
            for (String key : keys) {
                if (some.size() * 2 < keys.size()) {
                    some.add(key);
                }
            }
            store.delete(some);
            throw new StoreBusyException("not all", Duration.ofMillis(10), null);
        }
        store.delete(keys);
        lose(fault);
    }

    @Override
    public int sweepUploads(Duration age) throws StoreException {
        return store.sweepUploads(age);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public void close() {
        store.close();
    }

    private record Plan(Fault fault, AtomicInteger left) {}

    private final class FaultyUpload implements ObjectUpload {
        private final ObjectUpload upload;

        FaultyUpload(ObjectUpload upload) {
            this.upload = upload;
        }

        @Override
        public void write(ByteBuffer bytes) throws StoreException {
            upload.write(bytes);
        }

        @Override
        public StoredObject commit() throws StoreException {
            Fault fault = next(StoreOperation.PUT);
            refuse(fault);
            StoredObject stored = upload.commit();
            lose(fault);
            return stored;
        }

        @Override
        public void abort() {
            upload.abort();
        }

        @Override
        public long size() {
            return upload.size();
        }
    }
}
