package io.quafka.storage.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.StoreMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of a volume for objects in a directory there.
class ObjectSpaceTest {
    private static final long MIB = 1 << 20;

    @TempDir private Path directory;

    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());

    private TieringConfig config(Path objects) throws Exception {
        return new TieringConfig(
                DirectoryStore.open(objects, StoreMeter.NONE),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                new StoreDirectory(objects, 25));
    }

    private ObjectSpace open(Path objects) throws Exception {
        return ObjectSpace.open(config(objects), directory, 40 * MIB, clock);
    }

    @Test
    void objectsHaveTheirPartOfTheTargetAndNoMore() throws Exception {
        Path objects = directory.resolve("objects");
        ObjectSpace space = open(objects);
        assertThat(space.limit()).isEqualTo(10 * MIB);
        assertThat(space.aside(40 * MIB)).isEqualTo(10 * MIB);
        assertThat(space.room()).isBetween(9 * MIB, 10 * MIB);
        write(objects.resolve("some"), 4 * MIB);
        space.uploaded(4 * MIB);
        assertThat(space.used()).isEqualTo(4 * MIB);
        assertThat(space.unfilled()).isEqualTo(6 * MIB);
        assertThat(space.room()).isBetween(5 * MIB, 6 * MIB);
        space.uploaded(5 * MIB + 1);
        assertThat(space.room()).as("too little to begin an object").isZero();
        space.target(20 * MIB);
        assertThat(space.beyond()).isEqualTo(4 * MIB + 1);
        assertThat(space.unfilled()).isZero();
    }

    @Test
    void whatLiesThereIsMeasuredAtTheStartNowAndThenAndAfterDeletions() throws Exception {
        Path objects = directory.resolve("objects");
        write(Files.createDirectories(objects).resolve("a"), MIB);
        ObjectSpace space = open(objects);
        assertThat(space.used()).isEqualTo(MIB);
        write(objects.resolve("b"), MIB);
        space.measureNowAndThen();
        assertThat(space.used()).isEqualTo(MIB);
        nowMs.addAndGet(ObjectSpace.MEASURE_INTERVAL.toMillis());
        space.measureNowAndThen();
        assertThat(space.used()).isEqualTo(2 * MIB);
        space.deleting(() -> {
            assertThat(space.atLeast()).isZero();
            Files.delete(objects.resolve("a"));
        });
        assertThat(space.used()).isEqualTo(MIB);
        assertThat(space.atLeast()).isEqualTo(MIB);
        assertThatThrownBy(() ->
                        space.deleting(() -> {
                            Files.delete(objects.resolve("b"));
                            throw new IOException("half way");
                        }))
                .hasMessage("half way");
        assertThat(space.atLeast()).isZero();
        assertThat(space.used()).isZero();
    }

    @Test
    void nothingIsKeptWhereObjectsAreElsewhere() throws Exception {
        ObjectSpace space = ObjectSpace.open(null, directory, 40 * MIB, clock);
        space.uploaded(1L << 60);
        assertThat(space.room()).isEqualTo(Long.MAX_VALUE);
        assertThat(space.limit()).isZero();
        assertThat(space.beyond()).isZero();
        assertThat(space.unfilled()).isZero();
        assertThat(space.aside(40 * MIB)).isZero();
    }

    private static void write(Path file, long bytes) throws IOException {
        Files.write(file, new byte[(int) bytes]);
    }
}
