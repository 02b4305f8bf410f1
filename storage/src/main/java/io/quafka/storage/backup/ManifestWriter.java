package io.quafka.storage.backup;

import io.quafka.storage.shard.ManifestEntry;
import io.quafka.tiering.store.StoreException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// Writes a copy of a manifest, a chunk at a time. For one thread.
final class ManifestWriter {
    /// Takes the bytes; they may be used again afterwards.
    interface Sink {
        void write(ByteBuffer bytes) throws StoreException;
    }

    private final Sink sink;
    private final ByteBuffer chunk = ByteBuffer.allocate(ManifestFormat.CHUNK_BYTES_MAX);
    private long entries;

    ManifestWriter(Sink sink, ManifestFormat.Head head) throws StoreException {
        this.sink = sink;
        sink.write(ManifestFormat.encode(head));
    }

    /// @throws UncheckedIOException if the sink fails: this may be called where an index is read
    void add(ManifestEntry entry) {
        ManifestFormat.put(chunk, entry);
        entries++;
        if (chunk.position() >= ManifestFormat.CHUNK_FULL_BYTES) {
            try {
                flush();
            } catch (StoreException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void flush() throws StoreException {
        chunk.flip();
        if (chunk.hasRemaining()) {
            sink.write(
                    ByteBuffer.allocate(ManifestFormat.CHUNK_HEAD_BYTES)
                            .putInt(chunk.remaining())
                            .putInt(ManifestFormat.crc(chunk))
                            .flip());
            sink.write(chunk);
        }
        chunk.clear();
    }

    /// @return how many entries the copy has
    long finish() throws StoreException {
        flush();
        ByteBuffer end = ByteBuffer.allocate(ManifestFormat.END_BYTES);
        end.putInt(0).putLong(entries);
        end.putInt(ManifestFormat.crc(end.slice(Integer.BYTES, Long.BYTES)));
        sink.write(end.flip());
        return entries;
    }
}
