package io.quafka.storage.index;

import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The open database, and the guard that keeps calls out of it once it is closed.
///
/// Any thread.
final class Store {
    /// Cursors kept for the next lookup; more than these exist only while more lookups run at once.
    private static final int IDLE_CURSORS_MAX = 16;

    private final Path directory;
    private final RocksDB database;
    private final InFlight inFlight = new InFlight();
    private final WriteOptions withoutWal = new WriteOptions().setDisableWAL(true);
    private final ReadOptions pointReads = new ReadOptions();
    private final ArrayBlockingQueue<Cursor> idleCursors =
            new ArrayBlockingQueue<>(IDLE_CURSORS_MAX);

    Store(Path directory, RocksDB database) {
        this.directory = directory;
        this.database = database;
    }

    /// Closing the cursor gives it back.
    Cursor cursor() {
        inFlight.enter();
        Cursor idle = idleCursors.poll();
        return idle == null ? new Cursor(this, database) : idle;
    }

    void giveBack(Cursor cursor) {
        if (!idleCursors.offer(cursor)) {
            cursor.free();
        }
        inFlight.exit();
    }

    byte @Nullable [] get(byte[] key) {
        inFlight.enter();
        try {
            return database.get(pointReads, key);
        } catch (RocksDBException error) {
            throw failure(error);
        } finally {
            inFlight.exit();
        }
    }

    /// All rows of the batch, or none.
    void write(WriteBatch batch) {
        inFlight.enter();
        try {
            database.write(withoutWal, batch);
        } catch (RocksDBException error) {
            throw failure(error);
        } finally {
            inFlight.exit();
        }
    }

    /// Everything written before the call is on disk when it returns.
    void flush() {
        inFlight.enter();
        try (FlushOptions options =
                new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
            database.flush(options);
        } catch (RocksDBException error) {
            throw failure(error);
        } finally {
            inFlight.exit();
        }
    }

    long property(String name) {
        inFlight.enter();
        try {
            return database.getLongProperty(name);
        } catch (RocksDBException error) {
            throw failure(error);
        } finally {
            inFlight.exit();
        }
    }

    IndexException failure(RocksDBException error) {
        return Failures.of(directory, error);
    }

    boolean closed() {
        return inFlight.closed();
    }

    /// Waits for the calls inside, then frees all native memory.
    ///
    /// @return false when it was closed before
    boolean close() {
        if (!inFlight.close()) {
            return false;
        }
        for (Cursor cursor = idleCursors.poll(); cursor != null; cursor = idleCursors.poll()) {
            cursor.free();
        }
        database.close();
        pointReads.close();
        withoutWal.close();
        return true;
    }
}
