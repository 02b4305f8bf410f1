package io.quafka.bench.process;

import java.util.List;

/// What a JVM's thread works at, told by its name. Names are cut to 15 characters by the kernel.
enum ThreadKind {
    /// Compiles bytecode: it ends when the program is warm, so it is shown apart.
    COMPILER,
    /// Collects garbage.
    COLLECTOR,
    /// Holds Quafka's topics to their retention.
    HOUSEKEEPER,
    /// Everything else.
    PROGRAM;

    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler", "JVMCI");
    private static final List<String> COLLECTORS =
            List.of(
                    "GC Thread",
                    "G1 ",
                    "ZWorker",
                    "ZDriver",
                    "ZDirector",
                    "ZUncommitter",
                    "Shenandoah",
                    "VM Periodic GC");

    private static final String HOUSEKEEPERS = "quafka-housekee";

    static ThreadKind of(String threadName) {
        if (threadName.startsWith(HOUSEKEEPERS)) {
            return HOUSEKEEPER;
        }
        if (COMPILERS.stream().anyMatch(threadName::startsWith)) {
            return COMPILER;
        }
        return COLLECTORS.stream().anyMatch(threadName::startsWith) ? COLLECTOR : PROGRAM;
    }
}
