package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.program.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// Looks all the way at what volumes and topics hold: a volume never more than its target, a
/// segment, and what nobody sees between two looks; a topic never more than its budget and a
/// segment.
final class BudgetWatch implements AutoCloseable {
    private static final long MIB = 1L << 20;
    private static final int TARGET_PERCENT = 80;
    private static final Duration VOLUMES_EVERY = Duration.ofMillis(10);
    private static final Duration TOPICS_EVERY = Duration.ofMillis(500);

    /// A topic whose budget became less is given so long to come down to it, and so is a volume
    /// that shrank: nodes tell every two seconds what topics hold, and loans are taken back in
    /// steps.
    private static final Duration COMES_DOWN = Duration.ofSeconds(20);

    /// What the controller, and RocksDB's own log and manifest, may write between two looks of the
    /// node at its disk.
    private static final long UNSEEN_BYTES = MIB;

    private final String gateway;
    private final long segmentBytes;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<SmallVolume> volumes = new CopyOnWriteArrayList<>();
    private final List<SmallVolume> comingDown = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, Deque<Limit>> limits = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile long mostUsed;
    private volatile long looks;
    private volatile boolean stopped;

    /// What a topic was allowed at a time.
    private record Limit(long nanos, long bytes) {}

    /// @param gateway where `/api/retention` is answered
    BudgetWatch(String gateway, long segmentBytes) {
        this.gateway = gateway;
        this.segmentBytes = segmentBytes;
    }

    /// From now on.
    BudgetWatch add(SmallVolume volume) {
        volumes.add(volume);
        return this;
    }

    BudgetWatch start() {
        threads.add(Thread.ofVirtual().start(() -> repeat(VOLUMES_EVERY, this::lookAtVolumes)));
        threads.add(Thread.ofVirtual().start(() -> repeat(TOPICS_EVERY, this::lookAtTopics)));
        return this;
    }

    /// Most that one of the volumes held.
    long mostUsed() {
        return mostUsed;
    }

    /// Whether topics were looked at.
    boolean hasLooked() {
        return looks > 0;
    }

    ConcurrentLinkedQueue<Throwable> failures() {
        return failures;
    }

    /// Makes a volume smaller than it was, perhaps than what it holds already: it must come down
    /// within [#COMES_DOWN], and stay there.
    void shrink(SmallVolume volume, int mib) throws InterruptedException {
        comingDown.add(volume);
        volume.resize(mib);
        await().atMost(COMES_DOWN)
                .untilAsserted(() -> assertThat(used(volume)).isLessThanOrEqualTo(most(volume)));
        comingDown.remove(volume);
    }

    private interface Look {
        void look() throws IOException, InterruptedException;
    }

    private void repeat(Duration every, Look look) {
        try {
            while (!stopped && failures.isEmpty()) {
                look.look();
                TimeUnit.NANOSECONDS.sleep(every.toNanos());
            }
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            if (!stopped) {
                failures.add(e);
            }
        }
    }

    private void lookAtVolumes() throws IOException {
        for (SmallVolume volume : volumes) {
            long most = most(volume);
            boolean hasTime = comingDown.contains(volume);
            long used = used(volume);
            mostUsed = Math.max(mostUsed, used);
            if (used > most && !hasTime) {
                throw new AssertionError(
                        "%d bytes used, at most %d:%n%s".formatted(used, most, volume.contents()));
            }
        }
    }

    private static long used(SmallVolume volume) throws IOException {
        FileStore store = Files.getFileStore(volume.folder());
        return store.getTotalSpace() - store.getUnallocatedSpace();
    }

    private long most(SmallVolume volume) throws IOException {
        long total = Files.getFileStore(volume.folder()).getTotalSpace();
        return total * TARGET_PERCENT / 100 + segmentBytes + UNSEEN_BYTES;
    }

    private void lookAtTopics() throws IOException, InterruptedException {
        long now = System.nanoTime();
        for (Map<String, Object> topic : list(status(), "topics")) {
            String name = String.valueOf(topic.get("topic"));
            long used = number(topic, "usedBytes");
            Deque<Limit> known = limits.computeIfAbsent(name, _ -> new ArrayDeque<>());
            known.addLast(new Limit(now, number(topic, "limitBytes")));
            while (now - requireNonNull(known.peekFirst()).nanos() > COMES_DOWN.toNanos()) {
                known.removeFirst();
            }
            long most =
                    known.stream().mapToLong(Limit::bytes).max().orElseThrow()
                            + segmentBytes * volumes.size();
            if (used > most && !volumes.isEmpty()) {
                throw new AssertionError(
                        "topic %s holds %d bytes, at most %d: %s"
                                .formatted(name, used, most, topic));
            }
        }
        looks++;
    }

    /// What `quafka retention status` shows.
    Map<String, Object> status() throws IOException, InterruptedException {
        URI uri = URI.create("http://" + gateway + "/api/retention");
        String text =
                http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        return Json.readObject(text.getBytes(StandardCharsets.UTF_8));
    }

    /// What one topic holds, and may.
    Map<String, Object> topic(String name) throws IOException, InterruptedException {
        return list(status(), "topics").stream()
                .filter(topic -> name.equals(topic.get("topic")))
                .findFirst()
                .orElseThrow();
    }

    static long number(Map<String, Object> fields, String name) {
        return ((Number) requireNonNull(fields.get(name), name)).longValue();
    }

    @SuppressWarnings("unchecked") // as the API has it
    private static List<Map<String, Object>> list(Map<String, Object> fields, String name) {
        return (List<Map<String, Object>>) requireNonNull(fields.get(name), name);
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        http.close();
    }
}
