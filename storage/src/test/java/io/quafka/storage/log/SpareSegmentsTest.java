package io.quafka.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SpareSegmentsTest {
    private static final int CAPACITY = 4 << 20;
    private static final int FILE_BYTES = SegmentFile.BLOCK_BYTES + CAPACITY;

    @TempDir Path directory;

    @Test
    void aLogGrowsQuicklyFromSixteenMebibytesASecondOn() {
        long second = TimeUnit.SECONDS.toNanos(1);
        assertThat(SpareSegments.growsQuickly(16 << 20, second)).isFalse();
        assertThat(SpareSegments.growsQuickly((16 << 20) + 1, second)).isTrue();
        assertThat(SpareSegments.growsQuickly(128 << 20, 9 * second)).isFalse();
        assertThat(SpareSegments.growsQuickly(128 << 20, 7 * second)).isTrue();
        // Nothing was taken before.
        assertThat(SpareSegments.growsQuickly(0, 0)).isFalse();
    }

    @Test
    @Timeout(60)
    void filesHaveAllTheirBlocksHoweverQuicklyTheyAreTaken() throws Exception {
        LogOptions options = new LogOptions(CAPACITY, CAPACITY, 0, true, 4);
        try (SpareSegments spares = new SpareSegments(directory, options, CAPACITY)) {
            for (int i = 0; i < 4; i++) {
                SpareSegments.Spare spare = Objects.requireNonNull(spares.take(CAPACITY));
                spares.placed();
                assertThat(Files.size(spare.path())).isEqualTo(FILE_BYTES);
                assertThat(allocated(spare.path())).isGreaterThanOrEqualTo(FILE_BYTES);
                assertThat(Files.mismatch(spare.path(), zeros())).isEqualTo(-1);
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reservedBlocksAreTheFilesAndReadAsZeros() throws Exception {
        Path file = Files.createFile(directory.resolve("reserved"));
        assumeTrue(BlockReservation.tryReserve(file, FILE_BYTES), "not on this file system");
        assertThat(Files.size(file)).isEqualTo(FILE_BYTES);
        assertThat(allocated(file)).isGreaterThanOrEqualTo(FILE_BYTES);
        assertThat(Files.mismatch(file, zeros())).isEqualTo(-1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatTheDiskHasNoRoomForIsNotReserved() throws Exception {
        Path file = Files.createFile(directory.resolve("reserved"));
        assumeTrue(BlockReservation.tryReserve(file, 1), "not on this file system");
        long tooMuch = Files.getFileStore(directory).getTotalSpace() * 2;
        assertThatThrownBy(() -> BlockReservation.tryReserve(file, tooMuch))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        Path nowhere = directory.resolve("nowhere");
        assertThatThrownBy(() -> BlockReservation.tryReserve(nowhere, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("errno 2");
    }

    private Path zeros() throws IOException {
        return Files.write(directory.resolve("zeros"), new byte[FILE_BYTES]);
    }

    private static long allocated(Path file) throws Exception {
        Process stat = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
        String[] told =
                new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                        .strip()
                        .split(" ");
        return Long.parseLong(told[0]) * Long.parseLong(told[1]);
    }
}
