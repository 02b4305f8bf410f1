package io.quafka.storage.node;

import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectPage;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoredObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A store that does to calls what a test says: before they take effect, or after, as when the
/// answer is lost.
final class FaultyStore implements ObjectStore {
    private final ObjectStore store;
    private volatile Faults faults;

    /// A step on an object's way.
    enum Step {
        CREATE,
        WRITE,
        COMMIT,
        HEAD,
        DELETE,
        PUT,
        LIST
    }

    /// Told of each call twice; throws to have it fail.
    interface Faults {
        Faults NONE = (step, done) -> {};

        void at(Step step, boolean done) throws StoreException;
    }

    FaultyStore(ObjectStore store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    void becomes(Faults others) {
        faults = others;
    }

    static StoreException busy(Step step, boolean done) {
        return new StoreBusyException(step + (done ? " done" : ""), Duration.ZERO, null);
    }

    private interface Call<T> {
        T run() throws StoreException;
    }

    private <T> T at(Step step, Call<T> call) throws StoreException {
        faults.at(step, false);
        T result = call.run();
        faults.at(step, true);
        return result;
    }

    @Override
    public ObjectUpload create(String key) throws StoreException {
        ObjectUpload upload = at(Step.CREATE, () -> store.create(key));
        return new ObjectUpload() {
            @Override
            public void write(ByteBuffer bytes) throws StoreException {
                at(
                        Step.WRITE,
                        () -> {
                            upload.write(bytes);
                            return true;
                        });
            }

            @Override
            public StoredObject commit() throws StoreException {
                return at(Step.COMMIT, upload::commit);
            }

            @Override
            public void abort() {
                upload.abort();
            }

            @Override
            public long size() {
                return upload.size();
            }
        };
    }

    @Override
    public int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException {
        return store.read(key, offset, destinations);
    }

    @Override
    public ObjectInfo head(String key) throws StoreException {
        return at(Step.HEAD, () -> store.head(key));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) throws StoreException {
        return at(Step.PUT, () -> store.putIfAbsent(key, bytes));
    }

    @Override
    public ObjectPage list(String prefix, @Nullable String after) throws StoreException {
        return at(Step.LIST, () -> store.list(prefix, after));
    }

    @Override
    public void delete(Collection<String> keys) throws StoreException {
        at(
                Step.DELETE,
                () -> {
                    store.delete(keys);
                    return true;
                });
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
    public void close() {}
}
