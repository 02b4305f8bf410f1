package io.quafka.storage.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.storage.tier.ObjectSpace.Room;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreMeter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of a volume for objects in a directory there.
class ObjectSpaceTest {
    private static final long MIB = 1 << 20;

    @TempDir private Path directory;

    private Path objects;
    private ObjectStore store;
    private ObjectSpace space;

    @BeforeEach
    void open() throws Exception {
        objects = directory.resolve("objects");
        store = DirectoryStore.open(objects, StoreMeter.NONE);
        space = ObjectSpace.open(config(), directory, 40 * MIB);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private TieringConfig config() {
        return new TieringConfig(
                store,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Merging.OFF,
                new StoreDirectory(objects, 25));
    }

    @Test
    void objectsHaveTheirPartOfTheTargetAndNoMore() throws Exception {
        assertThat(space.limit()).isEqualTo(10 * MIB);
        assertThat(space.left()).isBetween(9 * MIB, 10 * MIB);
        make("some", 4 * MIB);
        assertThat(space.used()).isEqualTo(4 * MIB);
        assertThat(space.unfilled()).isEqualTo(6 * MIB);
        assertThat(space.left()).isBetween(5 * MIB, 6 * MIB);
        make("more", 5 * MIB + 1);
        assertThat(space.left()).as("too little to begin an object").isZero();
        space.target(20 * MIB);
        assertThat(space.beyond()).isEqualTo(4 * MIB + 1);
        assertThat(space.unfilled()).isZero();
    }

    @Test
    void objectsThatAreBeingMadeStayWithinTheLimitTogether() throws Exception {
        try (Room one = space.take(6 * MIB)) {
            assertThat(one.bytes()).isEqualTo(6 * MIB);
            try (Room other = space.take(6 * MIB)) {
                assertThat(other.bytes()).isBetween(3 * MIB, 4 * MIB);
                try (Room none = space.take(6 * MIB)) {
                    assertThat(none.bytes()).isZero();
                }
            }
            assertThat(space.left()).isBetween(3 * MIB, 4 * MIB);
        }
        assertThat(space.left()).isBetween(9 * MIB, 10 * MIB);
    }

    @Test
    void anObjectThatWasSeenBeforeItWasWholeIsCountedOnce() throws Exception {
        try (Room room = space.take(4 * MIB);
                ObjectUpload upload = store.create("a")) {
            upload.write(ByteBuffer.allocate((int) MIB));
            space.look();
            assertThat(space.used()).isEqualTo(MIB);
            upload.write(ByteBuffer.allocate((int) MIB));
            upload.commit();
            room.filled(2 * MIB);
            space.look();
        }
        assertThat(space.used()).isEqualTo(2 * MIB);
    }

    @Test
    void whatAFailureLeftIsLookedFor() throws Exception {
        try (Room _ = space.take(4 * MIB)) {
            put("a", MIB);
        }
        assertThat(space.used()).isEqualTo(MIB);
        assertThat(space.left()).isBetween(8 * MIB, 9 * MIB);
    }

    @Test
    void deletionsAreCountedAsFarAsThereWasAnything() throws Exception {
        make("a", MIB);
        make("b", MIB);
        space.delete(store, List.of("a", "absent"));
        assertThat(space.used()).isEqualTo(MIB);
        space.delete(store, List.of("a"));
        assertThat(space.used()).isEqualTo(MIB);
        Files.write(objects.resolve("others"), new byte[(int) MIB]);
        assertThatThrownBy(() -> space.delete(store, List.of("b", "bad//key")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(space.used()).as("looked at after a failure").isEqualTo(2 * MIB);
    }

    @Test
    void whatLiesThereIsKnownAtTheStart() throws Exception {
        make("a", MIB);
        assertThat(ObjectSpace.open(config(), directory, 40 * MIB).used()).isEqualTo(MIB);
    }

    @Test
    void nothingIsKeptWhereObjectsAreElsewhere() throws Exception {
        space = ObjectSpace.open(null, directory, 40 * MIB);
        try (Room room = space.take(1L << 60)) {
            assertThat(room.bytes()).isEqualTo(1L << 60);
            room.filled(1L << 60);
        }
        assertThat(space.left()).isEqualTo(Long.MAX_VALUE);
        assertThat(space.used()).isZero();
        assertThat(space.limit()).isZero();
        assertThat(space.beyond()).isZero();
        assertThat(space.unfilled()).isZero();
        make("a", 1);
        space.delete(store, List.of("a"));
        assertThat(store.list("", null).objects()).isEmpty();
    }

    private void make(String key, long bytes) throws IOException {
        try (Room room = space.take(bytes)) {
            put(key, bytes);
            room.filled(bytes);
        }
    }

    private void put(String key, long bytes) throws StoreException {
        try (ObjectUpload upload = store.create(key)) {
            upload.write(ByteBuffer.allocate((int) bytes));
            upload.commit();
        }
    }
}
