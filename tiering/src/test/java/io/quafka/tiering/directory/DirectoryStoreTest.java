package io.quafka.tiering.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectStoreContract;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreMeter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest extends ObjectStoreContract {
    @TempDir Path directory;

    @Override
    protected ObjectStore open(StoreMeter meter) throws Exception {
        return DirectoryStore.open(directory, meter);
    }

    @Test
    void sweepsWhatADeadProcessStaged() throws Exception {
        Path staging = directory.resolve(".staging");
        Files.writeString(staging.resolve("dead.lock"), "");
        Files.createDirectory(staging.resolve("dead"));
        Files.writeString(staging.resolve("dead/0"), "half an object");
        Files.writeString(staging.resolve("dead/1"), "half an object");
        try (ObjectUpload ours = store.create("ours");
                ObjectStore second = DirectoryStore.open(directory, StoreMeter.NONE)) {
            assertThat(staging.resolve("dead")).doesNotExist();
            assertThat(staging.resolve("dead.lock")).doesNotExist();
            ours.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(second.sweepUploads(Duration.ZERO)).isZero();
            ours.commit();
            assertThat(second.head("ours").size()).isEqualTo(3);
        }
        store.close();
        assertThat(files(staging)).containsExactly(staging);
    }

    @Test
    void leavesTheUploadsOfALivingProcessAlone() throws Exception {
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Stager.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("staged");
            assertThat(store.sweepUploads(Duration.ZERO)).isZero();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(store.sweepUploads(Duration.ZERO)).isEqualTo(1);
        assertThat(keys("")).isEmpty();
    }

    @Test
    void keepsNoEmptyDirectories() throws Exception {
        put("a/b/c/1", bytes(1, 10), 10);
        put("a/b/2", bytes(1, 10), 10);
        store.delete(List.of("a/b/c/1"));
        assertThat(directory.resolve("a/b/c")).doesNotExist();
        store.delete(List.of("a/b/2"));
        assertThat(directory.resolve("a")).doesNotExist();
        assertThat(directory).exists();
    }

    @Test
    void hidesFilesThatNoKeyNames() throws Exception {
        Files.writeString(directory.resolve(".hidden"), "x");
        put("seen", bytes(1, 10), 10);
        assertThat(keys("")).containsExactly("seen");
    }

    @Test
    void refusesWhatIsNoDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> DirectoryStore.open(file, StoreMeter.NONE));
    }

    @Test
    void aReaderKeepsWhatItHadWhenTheObjectGoes() throws Exception {
        put("gone/soon", bytes(1, 10), 10);
        store.delete(List.of("gone/soon"));
        put("gone/soon", bytes(2, 20), 20);
        assertThat(read("gone/soon", 0, 100)).isEqualTo(bytes(2, 20));
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList();
        }
    }

    /// Stages a file, says so, and waits for its end.
    static final class Stager {
        public static void main(String[] args) throws Exception {
            ObjectStore store = DirectoryStore.open(Path.of(args[0]), StoreMeter.NONE);
            ObjectUpload upload = store.create("never");
            upload.write(ByteBuffer.wrap(new byte[100]));
            System.out.println("staged");
            System.in.read();
        }
    }
}
