package io.quafka.storage.backup;

import io.quafka.storage.shard.ManifestEntry;
import io.quafka.tiering.store.ObjectSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Reads a copy of a manifest, a chunk at a time: each is checked before anything in it is told.
final class ManifestReader {
    private final ObjectSource store;
    private final String key;

    /// What was read and not yet taken; from position to limit.
    private ByteBuffer window =
            ByteBuffer.allocate(
                            2 * (ManifestFormat.CHUNK_BYTES_MAX + ManifestFormat.CHUNK_HEAD_BYTES))
                    .limit(0);

    private long offset;

    ManifestReader(ObjectSource store, String key) {
        this.store = store;
        this.key = key;
    }

    /// @throws CopyDamagedException naming the object
    ManifestFormat.Head head() throws IOException {
        try {
            return ManifestFormat.decodeHead(take(ManifestFormat.HEAD_BYTES));
        } catch (CopyDamagedException e) {
            throw damaged(e);
        }
    }

    /// Tells all entries; to be called once, after [#head].
    void entries(Consumer<ManifestEntry> to) throws IOException {
        try {
            long told = 0;
            int length = take(Integer.BYTES).getInt();
            while (length > 0) {
                if (length > ManifestFormat.CHUNK_BYTES_MAX) {
                    throw new CopyDamagedException("a chunk of " + length + " bytes");
                }
                int crc = take(Integer.BYTES).getInt();
                ByteBuffer chunk = take(length);
                if (ManifestFormat.crc(chunk) != crc) {
                    throw new CopyDamagedException("a chunk does not match its checksum");
                }
                while (chunk.hasRemaining()) {
                    to.accept(ManifestFormat.read(chunk));
                    told++;
                }
                length = take(Integer.BYTES).getInt();
            }
            ByteBuffer end = take(ManifestFormat.END_BYTES - Integer.BYTES);
            if (end.getLong(0) != told
                    || end.getInt(Long.BYTES) != ManifestFormat.crc(end.slice(0, Long.BYTES))) {
                throw new CopyDamagedException("it ends early");
            }
        } catch (CopyDamagedException e) {
            throw damaged(e);
        }
    }

    private CopyDamagedException damaged(CopyDamagedException e) {
        return new CopyDamagedException(
                "object %s, before byte %d: %s".formatted(key, offset, e.getMessage()));
    }

    /// The next bytes; what is given back is valid until the next call.
    private ByteBuffer take(int bytes) throws IOException {
        if (window.remaining() < bytes) {
            window.compact();
            int read = store.read(key, offset, window);
            offset += read;
            window.flip();
            if (window.remaining() < bytes) {
                throw new CopyDamagedException("it is cut off");
            }
        }
        ByteBuffer taken = window.slice(window.position(), bytes);
        window.position(window.position() + bytes);
        return taken;
    }
}
