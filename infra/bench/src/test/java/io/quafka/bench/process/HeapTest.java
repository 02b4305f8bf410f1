package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapTest {
    private static final long MIB = 1 << 20;

    @Test
    void readsGarbageFirst() {
        List<String> lines =
                List.of(
                        "1234:",
                        " garbage-first heap   total reserved 1048576K, committed 524288K, used 30720K [0xc0, 0x100)",
                        "  region size 1M, 15 young (15360K), 0 survivors (0K)",
                        " Metaspace       used 20000K, committed 20480K, reserved 1114112K");

        assertThat(Heap.parse(lines)).isEqualTo(new Heap(512 * MIB, 30 * MIB));
    }

    @Test
    void addsUpGenerations() {
        List<String> lines =
                List.of(
                        " DefNew     total 9216K, used 1024K [0x1, 0x2, 0x3)",
                        "  eden space 8192K,  12% used [0x1, 0x2, 0x3)",
                        " Tenured    total 20480K, used 2048K [0x1, 0x2, 0x3)",
                        " Metaspace       used 120K, committed 384K, reserved 1114112K",
                        "  class space    used 7K, committed 128K, reserved 1048576K");

        assertThat(Heap.parse(lines)).isEqualTo(new Heap(29 * MIB, 3 * MIB));
    }

    @Test
    void readsZ() {
        assertThat(Heap.parse(List.of(" ZHeap           used 50M, capacity 256M, max capacity 4G")))
                .isEqualTo(new Heap(256 * MIB, 50 * MIB));
    }

    @Test
    void asksARunningMachine() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

        Heap heap = Heap.of(jcmd, List.of(ProcessHandle.current().pid()));

        assertThat(heap.usedBytes()).isPositive().isLessThanOrEqualTo(heap.committedBytes());
        assertThat(heap.committedBytes()).isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
    }
}
