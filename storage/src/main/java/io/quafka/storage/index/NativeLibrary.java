package io.quafka.storage.index;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// RocksDB's native library, unpacked once and kept beside the index.
///
/// RocksDB's own loader unpacks 17 MB into the temporary directory at each start, which is most of
/// the time it takes to open an index, and leaves them there when the process is killed. It is
/// still what is used where this does not work: on a volume that forbids executable files, say.
final class NativeLibrary {
    private static final Logger log = LoggerFactory.getLogger(NativeLibrary.class);
    private static final String DIRECTORY = "native";
    private static final int READ_BYTES = 64 << 10;

    private static boolean loaded;

    private NativeLibrary() {}

    /// Once per process; after that it does nothing.
    static synchronized void load(Path indexDirectory) {
        if (loaded) {
            return;
        }
        try {
            Path unpacked = unpack(indexDirectory.resolve(DIRECTORY));
            RocksDB.loadLibrary(List.of(unpacked.toAbsolutePath().toString()));
        } catch (IOException | UnsatisfiedLinkError error) {
            log.atInfo().setCause(error).log("native library loaded from the temporary directory");
            RocksDB.loadLibrary();
        }
        loaded = true;
    }

    /// @return the directory of this version's library, told from others by its checksum
    private static Path unpack(Path parent) throws IOException {
        String name = Environment.getJniLibraryFileName("rocksdb");
        URL packed = RocksDB.class.getClassLoader().getResource(name);
        if (packed == null || !(packed.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("no " + name + " in a jar on the class path");
        }
        connection.setUseCaches(false);
        try (InputStream from = connection.getInputStream()) {
            JarEntry entry = connection.getJarEntry();
            Path directory = parent.resolve(Long.toHexString(entry.getCrc()));
            // By this name RocksDB looks for it in a directory.
            Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
            if (!holds(library, entry)) {
                Files.createDirectories(directory);
                Path partial = directory.resolve("partial");
                Files.copy(from, partial, StandardCopyOption.REPLACE_EXISTING);
                Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE);
            }
            return directory;
        }
    }

    /// Reads it through, because it was not synced when it was unpacked.
    private static boolean holds(Path library, JarEntry entry) throws IOException {
        if (!Files.exists(library) || Files.size(library) != entry.getSize()) {
            return false;
        }
        CRC32 checksum = new CRC32();
        byte[] buffer = new byte[READ_BYTES];
        try (InputStream bytes = new CheckedInputStream(Files.newInputStream(library), checksum)) {
            while (bytes.read(buffer) >= 0) {
                // only for the checksum
            }
        }
        return checksum.getValue() == entry.getCrc();
    }
}
