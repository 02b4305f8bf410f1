package io.quafka.tiering.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [ObjectStore] must do, whatever it stores in.
public abstract class ObjectStoreContract {
    /// More than two parts of the stores under test.
    private static final int LARGE = 11 * 1024 * 1024 + 12_345;

    private static final int PAGED_OBJECTS = ObjectStore.PAGE_SIZE + 17;

    protected CountingMeter meter = new CountingMeter();
    protected ObjectStore store;

    /// An empty store.
    protected abstract ObjectStore open(StoreMeter meter) throws Exception;

    /// Whether of several conditional puts at once no more than one wins.
    protected boolean fencesRaces() {
        return true;
    }

    @BeforeEach
    void openStore() throws Exception {
        meter = new CountingMeter();
        store = open(meter);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void givesBackWhatWasStored() throws Exception {
        byte[] content = bytes(1, 100_000);
        StoredObject stored = put("a/b/object.log", content, 7_001);

        assertThat(stored)
                .isEqualTo(new StoredObject("a/b/object.log", content.length, crc(content)));
        assertThat(read("a/b/object.log", 0, content.length)).isEqualTo(content);
        ObjectInfo head = store.head("a/b/object.log");
        assertThat(head.key()).isEqualTo("a/b/object.log");
        assertThat(head.size()).isEqualTo(content.length);
        assertThat(head.lastModified().getEpochSecond()).isPositive();
    }

    @Test
    void storesManyParts() throws Exception {
        byte[] content = bytes(2, LARGE);
        StoredObject stored = put("large", content, 300_000);

        assertThat(stored.size()).isEqualTo(LARGE);
        assertThat(stored.crc32c()).isEqualTo(crc(content));
        assertThat(store.head("large").size()).isEqualTo(LARGE);
        assertThat(read("large", 0, LARGE)).isEqualTo(content);
    }

    @Test
    void storesAnEmptyObject() throws Exception {
        StoredObject stored = put("empty", new byte[0], 1);

        assertThat(stored.size()).isZero();
        assertThat(store.head("empty").size()).isZero();
        assertThat(read("empty", 0, 10)).isEmpty();
    }

    @Test
    void readsRanges() throws Exception {
        byte[] content = bytes(3, 10_000);
        put("ranges", content, 10_000);

        for (int offset : new int[] {0, 1, 4_999, 9_999}) {
            for (int length : new int[] {1, 2, 1_000, 5_001}) {
                byte[] expected =
                        Arrays.copyOfRange(
                                content, offset, Math.min(content.length, offset + length));
                assertThat(read("ranges", offset, length)).isEqualTo(expected);
            }
        }
        assertThat(read("ranges", 10_000, 5)).isEmpty();
        assertThat(read("ranges", 1_000_000, 5)).isEmpty();
        assertThat(store.read("ranges", 5, ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void readsIntoTheMiddleOfADirectBuffer() throws Exception {
        byte[] content = bytes(4, 1_000);
        put("direct", content, 1_000);
        ByteBuffer buffer = ByteBuffer.allocateDirect(500).position(100).limit(400);

        assertThat(store.read("direct", 50, buffer)).isEqualTo(300);

        assertThat(buffer.position()).isEqualTo(400);
        assertThat(buffer.limit()).isEqualTo(400);
        byte[] read = new byte[300];
        buffer.get(100, read);
        assertThat(read).isEqualTo(Arrays.copyOfRange(content, 50, 350));
    }

    @Test
    void tellsThatAnObjectIsAbsent() throws Exception {
        put("there/object", bytes(5, 10), 10);

        ByteBuffer buffer = ByteBuffer.allocate(10).position(3);
        for (String key : List.of("absent", "there", "there/object2", "there/absent")) {
            assertThatExceptionOfType(ObjectAbsentException.class)
                    .isThrownBy(() -> store.head(key))
                    .satisfies(e -> assertThat(e.key()).isEqualTo(key));
            assertThatExceptionOfType(ObjectAbsentException.class)
                    .isThrownBy(() -> store.read(key, 0, buffer));
            assertThat(buffer.position()).isEqualTo(3);
        }
    }

    @Test
    void showsNothingBeforeTheCommit() throws Exception {
        byte[] content = bytes(6, LARGE);
        try (ObjectUpload upload = store.create("late")) {
            upload.write(ByteBuffer.wrap(content));
            assertThat(upload.size()).isEqualTo(LARGE);
            assertThatExceptionOfType(ObjectAbsentException.class)
                    .isThrownBy(() -> store.head("late"));
            assertThat(keys("")).isEmpty();
            upload.commit();
        }
        assertThat(keys("")).containsExactly("late");
        assertThat(read("late", 0, LARGE)).isEqualTo(content);
    }

    @Test
    void leavesNothingOfAnAbortedUpload() throws Exception {
        for (int size : new int[] {0, 10, LARGE}) {
            ObjectUpload upload = store.create("aborted");
            upload.write(ByteBuffer.wrap(bytes(7, size)));
            upload.abort();
            upload.abort();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(upload::commit);
        }
        assertThat(keys("")).isEmpty();
    }

    @Test
    void replacesAnObjectWhole() throws Exception {
        put("again", bytes(8, 5_000), 5_000);
        byte[] second = bytes(9, 3_000);
        try (ObjectUpload upload = store.create("again")) {
            upload.write(ByteBuffer.wrap(second));
            assertThat(store.head("again").size()).isEqualTo(5_000);
            upload.commit();
        }
        assertThat(read("again", 0, 10_000)).isEqualTo(second);
    }

    @Test
    void letsTheBufferBeUsedAgainAtOnce() throws Exception {
        byte[] content = bytes(10, LARGE);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (ObjectUpload upload = store.create("reused")) {
            for (int at = 0; at < LARGE; at += buffer.capacity()) {
                int length = Math.min(buffer.capacity(), LARGE - at);
                buffer.clear().put(content, at, length).flip();
                upload.write(buffer);
                assertThat(buffer.hasRemaining()).isFalse();
                for (int i = 0; i < length; i++) {
                    buffer.put(i, (byte) 0x55);
                }
            }
            assertThat(upload.commit().crc32c()).isEqualTo(crc(content));
        }
        assertThat(read("reused", 0, LARGE)).isEqualTo(content);
    }

    @Test
    void putsOnlyWhereNothingIs() throws Exception {
        ByteBuffer first = ByteBuffer.wrap(bytes(11, 1_000)).position(100).limit(900);
        ByteBuffer second = ByteBuffer.wrap(bytes(12, 800));

        assertThat(store.putIfAbsent("once", first)).isTrue();
        assertThat(first.position()).isEqualTo(100);
        assertThat(first.limit()).isEqualTo(900);
        assertThat(store.putIfAbsent("once", second)).isFalse();
        assertThat(store.putIfAbsent("once", first)).as("the same bytes again").isTrue();
        assertThat(read("once", 0, 10_000)).isEqualTo(Arrays.copyOfRange(first.array(), 100, 900));
    }

    @Test
    void letsOneOfManyWin() throws Exception {
        assumeTrue(fencesRaces(), "this store does not fence races");
        for (int round = 0; round < 5; round++) {
            String key = "race-" + round;
            List<Callable<Boolean>> contenders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                ByteBuffer content = ByteBuffer.wrap(bytes(100 + i, 200));
                contenders.add(() -> store.putIfAbsent(key, content));
            }
            int winners = 0;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Boolean> won : threads.invokeAll(contenders)) {
                    winners += won.get() ? 1 : 0;
                }
            }
            assertThat(winners).isEqualTo(1);
        }
    }

    @Test
    void listsInTheOrderOfKeys() throws Exception {
        List<String> keys = List.of("a-b", "a.b", "a/b", "a/b-c", "a/b.d", "a0", "ab/c", "b");
        for (String key : keys.reversed()) {
            put(key, bytes(13, key.length()), 10);
        }
        assertThat(keys("")).isEqualTo(keys);
        assertThat(keys("a/")).containsExactly("a/b", "a/b-c", "a/b.d");
        assertThat(keys("a/b-")).containsExactly("a/b-c");
        assertThat(keys("ab")).containsExactly("ab/c");
        assertThat(keys("c")).isEmpty();
        ObjectPage page = store.list("", "a/b");
        assertThat(page.objects())
                .extracting(ObjectInfo::key)
                .containsExactly("a/b-c", "a/b.d", "a0", "ab/c", "b");
        assertThat(page.objects().getFirst().size()).isEqualTo(5);
    }

    @Test
    void listsPageByPageAndDeletesInBulk() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < PAGED_OBJECTS; i++) {
            keys.add("many/%02d/%05d".formatted(i % 7, i));
        }
        keys.sort(null);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<StoredObject>> puts = new ArrayList<>();
            for (String key : keys) {
                puts.add(() -> put(key, new byte[] {1}, 1));
            }
            for (Future<StoredObject> each : threads.invokeAll(puts)) {
                each.get();
            }
        }
        assertThat(store.list("many/", null).objects()).hasSize(ObjectStore.PAGE_SIZE);
        assertThat(keys("many/")).isEqualTo(keys);

        store.delete(keys);
        assertThat(keys("")).isEmpty();
    }

    @Test
    void deletesWhatIsThereAndWhatIsNot() throws Exception {
        put("d/1", bytes(14, 10), 10);
        put("d/2", bytes(14, 10), 10);
        put("d/3", bytes(14, 10), 10);

        store.delete(List.of("d/1", "d/absent", "d/3", "d/3", "nowhere/at/all", "d/2/below"));
        store.delete(List.of("d/1"));
        store.delete(List.of());

        assertThat(keys("")).containsExactly("d/2");
    }

    @Test
    void refusesKeysThatLeadElsewhere() {
        for (String key :
                List.of(
                        "",
                        "/",
                        "/a",
                        "a/",
                        "a//b",
                        ".",
                        "..",
                        "../a",
                        "a/../b",
                        "a/./b",
                        ".staging/x",
                        "a\\b",
                        "a b",
                        "ä",
                        "a\0b",
                        "x".repeat(513))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(key)
                    .isThrownBy(() -> store.create(key));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(key)
                    .isThrownBy(() -> store.read(key, 0, ByteBuffer.allocate(1)));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(key)
                    .isThrownBy(() -> store.delete(List.of(key)));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(key)
                    .isThrownBy(() -> store.putIfAbsent(key, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void countsRequestsAndBytes() throws Exception {
        put("counted", bytes(15, 5_000), 5_000);
        read("counted", 0, 2_000);
        store.head("counted");
        store.list("", null);
        store.delete(List.of("counted"));

        assertThat(meter.count(StoreOperation.PUT)).isEqualTo(1);
        assertThat(meter.bytes(StoreOperation.PUT)).isEqualTo(5_000);
        assertThat(meter.count(StoreOperation.GET)).isEqualTo(1);
        assertThat(meter.bytes(StoreOperation.GET)).isEqualTo(2_000);
        assertThat(meter.count(StoreOperation.HEAD)).isEqualTo(1);
        assertThat(meter.count(StoreOperation.LIST)).isEqualTo(1);
        assertThat(meter.count(StoreOperation.DELETE)).isEqualTo(1);
        assertThat(meter.failures()).isZero();
    }

    @Test
    void readersSeeOneObjectOrTheOther() throws Exception {
        byte[] even = new byte[200_000];
        byte[] odd = new byte[200_000];
        Arrays.fill(odd, (byte) 1);
        put("flip", even, even.length);
        AtomicBoolean end = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> reader =
                    threads.submit(() -> {
                        while (!end.get() || reads.get() == 0) {
                            byte[] seen = read("flip", 0, even.length);
                            assertThat(seen).hasSize(even.length);
                            assertThat(seen).isEqualTo(seen[0] == 0 ? even : odd);
                            reads.incrementAndGet();
                        }
                        return null;
                    });
            for (int i = 0; i < 20; i++) {
                put("flip", i % 2 == 0 ? odd : even, 50_000);
            }
            end.set(true);
            reader.get();
        }
        assertThat(reads.get()).isPositive();
    }

    protected StoredObject put(String key, byte[] content, int chunk) throws StoreException {
        try (ObjectUpload upload = store.create(key)) {
            for (int at = 0; at < content.length; at += chunk) {
                upload.write(ByteBuffer.wrap(content, at, Math.min(chunk, content.length - at)));
            }
            return upload.commit();
        }
    }

    protected byte[] read(String key, long offset, int length) throws StoreException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        int count = store.read(key, offset, buffer);
        assertThat(buffer.position()).isEqualTo(count);
        byte[] content = new byte[count];
        buffer.flip().get(content);
        return content;
    }

    protected List<String> keys(String prefix) throws StoreException {
        List<String> keys = new ArrayList<>();
        String after = null;
        do {
            ObjectPage page = store.list(prefix, after);
            page.objects().forEach(object -> keys.add(object.key()));
            after = page.next();
        } while (after != null);
        return keys;
    }

    protected static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static long crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }
}
