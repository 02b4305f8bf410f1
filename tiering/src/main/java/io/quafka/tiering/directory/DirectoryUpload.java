package io.quafka.tiering.directory;

import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoredObject;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file on its way into its place.
final class DirectoryUpload implements ObjectUpload {
    private final DirectoryStore store;
    private final String key;
    private final StagedFile file;
    private State state = State.WRITING;

    DirectoryUpload(DirectoryStore store, String key, StagedFile file) {
        this.store = store;
        this.key = key;
        this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes) throws StoreException {
        check();
        try {
            file.write(bytes);
        } catch (IOException e) {
            state = State.FAILED;
            throw DirectoryStore.failure("cannot write object " + key, key, e);
        }
    }

    @Override
    public StoredObject commit() throws StoreException {
        check();
        state = State.FAILED;
        store.place(key, file);
        state = State.ENDED;
        closeFile();
        return new StoredObject(key, file.size(), file.crc32c());
    }

    @Override
    public void abort() {
        if (state != State.ENDED) {
            state = State.ENDED;
            closeFile();
        }
    }

    @Override
    public long size() {
        return file.size();
    }

    private void check() {
        if (state != State.WRITING) {
            throw new IllegalStateException("the upload of " + key + " is " + state);
        }
    }

    private void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            // The staged file goes when the directory is swept.
        }
    }

    private enum State {
        WRITING,
        FAILED,
        ENDED
    }
}
