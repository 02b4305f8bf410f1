package io.quafka.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.StoredBatches;
import io.quafka.storage.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitLogTest {
    private static final LogOptions SMALL = new LogOptions(512 << 10, 256 << 10, 0, true, 4);
    private static final Uuid TOPIC = new Uuid(7, 8);

    @TempDir Path directory;

    private final GroupBuilder group = new GroupBuilder();
    private long nextOffset;

    private CommitLog open() throws Exception {
        return CommitLog.open(directory, 3, SMALL, InstantSource.system());
    }

    private RecoveryReport recoverAll(CommitLog log, List<String> values) throws IOException {
        return log.recover(
                0,
                read ->
                        read.entries().stream()
                                .filter(entry -> entry.kind() == EntryKind.RUN)
                                .forEach(run ->
                                        values.addAll(StoredBatches.read(read.bytesOf(run)))));
    }

    private long append(CommitLog log, String value) throws Exception {
        ByteBuffer batch = StoredBatches.of(1000, value);
        BatchHeader.setBaseOffset(batch, 0, nextOffset);
        group.clear();
        group.openRun(TOPIC, 0, nextOffset++);
        group.addBatch(batch);
        assertThat(log.ensureRoom(group.size(), false)).isTrue();
        long position = log.end();
        log.append(group, 1);
        log.sync();
        return position;
    }

    @Test
    void whatWasPassedOverIsGoneAndTheRestIsThereAfterReopening() throws Exception {
        List<Long> positions = new ArrayList<>();
        List<String> written = new ArrayList<>();
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            for (long start : new long[] {0, 4096, 10 << 20, 20 << 20}) {
                if (start > 0) {
                    assertThat(log.jump(start)).isTrue();
                }
                // The third is passed over empty.
                if (start != 10 << 20) {
                    written.add(nextOffset + "=" + start);
                    positions.add(append(log, "" + start));
                }
            }
        }
        assertThat(positions).containsExactly(0L, 4096L, 20L << 20);
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.damages()).isEmpty();
            assertThat(log.end()).isGreaterThan(20 << 20);
            assertThat(log.nextFrom(2048)).isEqualTo(4096);
            assertThat(log.nextFrom(4096)).isEqualTo(4096);
            assertThat(log.nextFrom(10 << 20)).isEqualTo(20 << 20);
            assertThat(log.isWholeFrom(4096)).isFalse();
            assertThat(log.isWholeFrom(20 << 20)).isTrue();
            assertThat(log.holds(20 << 20, 64)).isTrue();
            assertThat(log.holds(log.end(), 1)).isFalse();
            assertThat(log.holds(10 << 20, 64)).isFalse();
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void whatWasAppendedIsReplayedInOrderOverSegments() throws Exception {
        List<String> written = new ArrayList<>();
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            for (int i = 0; i < 200; i++) {
                String value = i + "-" + "x".repeat(20_000);
                written.add(i + "=" + value);
                append(log, value);
            }
            assertThat(log.sealed()).hasSizeGreaterThan(5);
        }
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.tornTail()).isFalse();
            assertThat(report.damages()).isEmpty();
            assertThat(report.groups()).isEqualTo(200);
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void aCursorGoesOnWithWhatIsAppendedAfterItSawTheEnd() throws Exception {
        List<Long> written = new ArrayList<>();
        List<Long> seen = new ArrayList<>();
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            try (LogCursor cursor = log.cursor(log.end())) {
                for (int i = 0; i < 60; i++) {
                    for (int j = 0; j <= i % 3; j++) {
                        written.add(append(log, "x".repeat(10_000)));
                    }
                    for (Group next = cursor.next(); next != null; next = cursor.next()) {
                        assertThat(next.damaged()).isEmpty();
                        seen.add(next.position());
                    }
                }
            }
            assertThat(log.sealed()).hasSizeGreaterThan(2);
        }
        assertThat(seen).isEqualTo(written);
    }

    @Test
    void aGroupMayHaveManyMoreRunsThanTheOneBefore() throws Exception {
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            for (int runs : new int[] {1, 3, 60, 500, 2, 64, 65}) {
                appendRuns(log, runs);
            }
        }
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            assertThat(recoverAll(log, read).damages()).isEmpty();
        }
        assertThat(read).hasSize(695);
    }

    private void appendRuns(CommitLog log, int runs) throws Exception {
        group.clear();
        for (int partition = 0; partition < runs; partition++) {
            ByteBuffer batch = StoredBatches.of(1000, "value");
            BatchHeader.setBaseOffset(batch, 0, nextOffset);
            group.openRun(TOPIC, partition, nextOffset);
            group.addBatch(batch);
        }
        nextOffset++;
        assertThat(log.ensureRoom(group.size(), false)).isTrue();
        log.append(group, 1);
        log.sync();
    }

    @Test
    void aTornTailIsCutAndTheLogGoesOnThere() throws Exception {
        long torn;
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            append(log, "kept");
            torn = append(log, "torn" + "y".repeat(5000));
        }
        overwrite(torn + 3000, (byte) 0x55);
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.tornTail()).isTrue();
            assertThat(report.end()).isEqualTo(torn);
            assertThat(read).containsExactly("0=kept");
            nextOffset = 1;
            append(log, "after");
        }
        read.clear();
        try (CommitLog log = open()) {
            assertThat(recoverAll(log, read).damages()).isEmpty();
        }
        assertThat(read).containsExactly("0=kept", "1=after");
    }

    @Test
    void aDamagedHeadInTheMiddleIsNamedAndSkipped() throws Exception {
        long damaged;
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            append(log, "a");
            damaged = append(log, "b");
            append(log, "c");
        }
        overwrite(damaged + GroupFormat.HEADER_BYTES + 4, (byte) 0x7f);
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.tornTail()).isFalse();
            assertThat(report.damages()).hasSize(1);
            assertThat(report.damages().getFirst().from()).isEqualTo(damaged);
        }
        assertThat(read).containsExactly("0=a", "2=c");
    }

    @Test
    void aDamagedRecordInTheMiddleIsNamedAndTheLogIsNotCut() throws Exception {
        long damaged;
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            append(log, "a");
            damaged = append(log, "b".repeat(1000));
            append(log, "c");
        }
        overwrite(damaged + 600, (byte) 0x01);
        try (CommitLog log = open()) {
            List<Long> positions = new ArrayList<>();
            RecoveryReport report = log.recover(0, read -> positions.add(read.position()));
            assertThat(report.damages()).hasSize(1);
            assertThat(report.damages().getFirst().what()).contains("offsets 1 to 1");
            assertThat(positions).hasSize(3);
        }
    }

    @Test
    void everyDamagedRunOfAGroupIsToldWithItsOffsets() throws Exception {
        long position;
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            group.clear();
            for (int partition = 0; partition < 3; partition++) {
                group.openRun(TOPIC, partition, 10L * partition);
                for (int i = 0; i < 2; i++) {
                    ByteBuffer batch = StoredBatches.of(1000, "one", "two", "three");
                    BatchHeader.setBaseOffset(batch, 0, 10L * partition + 3L * i);
                    group.addBatch(batch);
                }
            }
            position = log.end() + group.payloadOffset();
            log.append(group, 1);
            log.sync();
            append(log, "after");
        }
        int run = 2 * StoredBatches.of(1000, "one", "two", "three").remaining();
        overwrite(position + 30, (byte) 1);
        overwrite(position + 2L * run + 8, (byte) 1);
        try (CommitLog log = open()) {
            List<Group> groups = new ArrayList<>();
            RecoveryReport report = log.recover(0, groups::add);
            assertThat(report.damages())
                    .extracting(RecoveryReport.Damage::what)
                    .satisfiesExactly(
                            what -> assertThat(what).contains("partition 0 offsets 0 to 5"),
                            what -> assertThat(what).contains("partition 2 offsets 20 to 25"));
            assertThat(groups).hasSize(2);
            assertThat(groups.getFirst().damaged())
                    .extracting(GroupEntry::partition)
                    .containsExactly(0, 2);
        }
    }

    @Test
    void bytesOfAClientCannotPassForAGroup() throws Exception {
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            append(log, "a");
            // A value that holds a copy of a real group, as a client could have read it from a
            // stolen disk image.
            long position = log.end();
            ByteBuffer forged = ByteBuffer.allocate(4096);
            for (int at = 0; at + 64 <= 4096; at += 64) {
                forged.putInt(at, GroupFormat.MAGIC);
                forged.putLong(at + GroupFormat.POSITION_AT, position + at);
                forged.putLong(at + GroupFormat.DURABLE_AT, Long.MAX_VALUE);
            }
            append(log, new String(forged.array(), java.nio.charset.StandardCharsets.ISO_8859_1));
            overwrite(position + 20, (byte) 0x11);
        }
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, new ArrayList<>());
            assertThat(report.damages()).isEmpty();
            assertThat(report.groups()).isEqualTo(1);
        }
    }

    @Test
    void recycledFilesDoNotBringOldGroupsBack() throws Exception {
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            for (int i = 0; i < 100; i++) {
                append(log, "old" + "z".repeat(20_000));
                for (CommitLog.SealedSegment sealed : log.sealed()) {
                    log.drop(sealed.base());
                }
            }
            append(log, "last");
        }
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.damages()).isEmpty();
        }
        assertThat(read.getLast()).isEqualTo("100=last");
        for (int i = 1; i < read.size(); i++) {
            long before = Long.parseLong(read.get(i - 1).split("=", 2)[0]);
            assertThat(read.get(i)).startsWith((before + 1) + "=");
        }
    }

    @Test
    void aHollowedSegmentKeepsWhatLivesWhereItWas() throws Exception {
        List<Long> positions = new ArrayList<>();
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            while (log.sealed().isEmpty()) {
                positions.add(append(log, "v" + "q".repeat(40_000)));
            }
            CommitLog.SealedSegment sealed = log.sealed().getFirst();
            long kept = log.hollow(sealed.base(), entry -> entry.offset() != 2);
            // The run that lives, and a page for each group's head.
            assertThat(kept).isLessThan((sealed.end() - sealed.base()) / 2);
            ByteBuffer bytes = ByteBuffer.allocate(200);
            log.read(positions.get(2) + GroupFormat.align(64 + 48), bytes);
        }
        List<String> read = new ArrayList<>();
        try (CommitLog log = open()) {
            RecoveryReport report = recoverAll(log, read);
            assertThat(report.damages()).isEmpty();
            assertThat(report.groups()).isEqualTo(positions.size());
        }
        assertThat(read.getFirst()).startsWith("2=v");
        try (Stream<Path> files = Files.list(directory)) {
            Path first =
                    files.filter(f -> f.toString().endsWith(".log"))
                            .sorted()
                            .findFirst()
                            .orElseThrow();
            assertThat(onDisk(first)).isLessThan(150_000);
        }
    }

    /// A file with holes is no spare: writing to it would need room that nobody asked for.
    @Test
    void aHollowedSegmentIsNotFilledAgain() throws Exception {
        hollowFirst();
        // Nobody remembers what was hollow before a restart.
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            log.drop(log.sealed().getFirst().base());
            assertSparesAreWhole();
        }
    }

    private void hollowFirst() throws Exception {
        try (CommitLog log = open()) {
            recoverAll(log, new ArrayList<>());
            while (log.sealed().size() < 6) {
                append(log, "v" + "q".repeat(40_000));
            }
            // Full-grown ones, which are worth keeping.
            CommitLog.SealedSegment last = log.sealed().getLast();
            log.hollow(last.base(), _ -> true);
            log.drop(last.base());
            assertSparesAreWhole();
            log.hollow(log.sealed().getLast().base(), _ -> true);
            while (log.sealed().size() > 1) {
                log.drop(log.sealed().getFirst().base());
            }
        }
    }

    private void assertSparesAreWhole() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path spare : files.filter(f -> f.toString().endsWith(".spare")).toList()) {
                assertThat(onDisk(spare)).as(spare.toString()).isGreaterThan(Files.size(spare) / 2);
            }
        }
    }

    private static long onDisk(Path file) throws IOException {
        Process du = new ProcessBuilder("du", "--block-size=1", file.toString()).start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(text.substring(0, text.indexOf('\t')));
    }

    private void overwrite(long position, byte xor) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                long base = Long.parseLong(file.getFileName().toString().replace(".log", ""));
                long at = SegmentFile.BLOCK_BYTES + position - base;
                if (position >= base && at < Files.size(file)) {
                    try (FileChannel channel =
                            FileChannel.open(
                                    file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                        ByteBuffer one = ByteBuffer.allocate(1);
                        channel.read(one, at);
                        one.put(0, (byte) (one.get(0) ^ xor)).flip();
                        channel.write(one, at);
                    }
                }
            }
        }
    }
}
