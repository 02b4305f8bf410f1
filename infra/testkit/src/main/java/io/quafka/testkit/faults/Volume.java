package io.quafka.testkit.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A tmpfs, mounted until it is closed.
final class Volume implements AutoCloseable {
    private static final String BALLAST = "ballast";
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path folder;

    private final Thread closer = new Thread(this::unmount, "unmount");

    private Volume(Path folder) {
        this.folder = folder;
    }

    /// Mounts it; null where that is not allowed.
    ///
    /// @param folder exists
    static @Nullable Volume mount(Path folder, int mib) throws InterruptedException {
        boolean mounted =
                Command.succeeds(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=" + mib + "m",
                        "none",
                        folder.toString());
        if (!mounted) {
            return null;
        }
        Volume volume = new Volume(folder);
        Runtime.getRuntime().addShutdownHook(volume.closer);
        return volume;
    }

    Path folder() {
        return folder;
    }

    /// Takes all the room that is left.
    void fill() throws IOException {
        try (FileChannel file =
                FileChannel.open(
                        folder.resolve(BALLAST),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            while (true) {
                file.write(chunk.clear());
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    /// Gives back what [#fill] took.
    void free() throws IOException {
        Files.deleteIfExists(folder.resolve(BALLAST));
    }

    /// Also when this JVM ends in the middle of a run; whoever still uses it keeps it until then.
    private void unmount() {
        try {
            if (!Command.succeeds("umount", "-l", folder.toString())) {
                System.err.println(folder + " is left mounted");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(closer);
        unmount();
    }
}
