package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadKindTest {
    @ParameterizedTest
    @CsvSource({
        "C1 CompilerThre, COMPILER",
        "C2 CompilerThre, COMPILER",
        "quafka-housekee, HOUSEKEEPER",
        "GC Thread#0, COLLECTOR",
        "G1 Conc#0, COLLECTOR",
        "ZWorkerYoung#0, COLLECTOR",
        "data-plane-kafk, PROGRAM",
        "ForkJoinPool-1-, PROGRAM",
        "java, PROGRAM"
    })
    void isToldByTheName(String name, ThreadKind kind) {
        assertThat(ThreadKind.of(name)).isEqualTo(kind);
    }
}
