package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcTest {
    private static final long GONE = 4_999_999;

    @TempDir private Path root;

    @Test
    void addsUpOnlyThreadsOfTheKernel() throws IOException {
        write("17/stat", stat(17, "kworker/0:1", 2, 30, 12));
        write("18/stat", stat(18, "kswapd0", 2, 5, 0));
        write("19/stat", stat(19, "java", 1, 1000, 1000));
        write("stat", "cpu  1 2 3 4 5 6 7 8 0 0\n");

        assertThat(new Proc(root).kernelThreadTicks()).isEqualTo(47);
    }

    @Test
    void readsMemoryInBytes() throws IOException {
        write("19/status", "Name:\tjava\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n");

        Proc proc = new Proc(root);
        assertThat(proc.residentBytes(19)).hasValue(1 << 20);
        assertThat(proc.residentPeakBytes(19)).hasValue(2 << 20);
    }

    @Test
    void countsChildrenInTheCpuTimeOfAStart() throws IOException {
        write("19/stat", "19 (java) S 1 1 1 0 -1 0 0 0 0 0 100 50 25 25 20 0 1 0 9");

        assertThat(new Proc(root).cpuTime(List.of(19L))).isEqualTo(Duration.ofSeconds(2));
        assertThat(new Proc(root).ticks(19)).isEqualTo(150);
    }

    @Test
    void aProcessThatIsGoneHasNothing() {
        Proc proc = new Proc();

        assertThat(proc.cpuTime(List.of(GONE))).isZero();
        assertThat(proc.residentBytes(GONE)).isEmpty();
        assertThat(proc.openFiles(List.of(GONE))).isZero();
        assertThat(proc.threads(GONE)).isEmpty();
    }

    @Test
    void readsThisVeryProcess() {
        Proc proc = new Proc();
        long self = ProcessHandle.current().pid();

        assertThat(proc.cpuTime(List.of(self))).isPositive();
        assertThat(proc.residentBytes(self).orElse(0)).isGreaterThan(10 << 20);
        assertThat(proc.openFiles(List.of(self))).isPositive();
        assertThat(proc.threads(self)).anyMatch(thread -> thread.id() == self);
        assertThat(proc.machine().busyTicks()).isPositive();
    }

    private void write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private static String stat(int id, String name, int parent, int user, int system) {
        return "%d (%s) S %d 1 1 0 -1 0 0 0 0 0 %d %d 0 0 20 0 1 0 9"
                .formatted(id, name, parent, user, system);
    }
}
