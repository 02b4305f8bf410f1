package io.quafka.bench.process;

import java.time.Duration;

/// What happened in one stretch of time.
///
/// @param length wall time
/// @param brokerCpu CPU time of the broker, all threads
/// @param compilerCpu of it, the threads that compile bytecode
/// @param collectorCpu of it, the threads that collect garbage
/// @param housekeeperCpu of it, the thread that holds Quafka's topics to their retention
/// @param kernelCpu CPU time of the kernel's own threads, which write back the page cache
/// @param residentBytes the broker's resident memory, the largest seen
/// @param openFiles the broker's file descriptors, the most seen
/// @param disturbance what others took from the machine
public record Window(
        Duration length,
        Duration brokerCpu,
        Duration compilerCpu,
        Duration collectorCpu,
        Duration housekeeperCpu,
        Duration kernelCpu,
        long residentBytes,
        int openFiles,
        Disturbance disturbance) {

    /// The broker's CPU time without compilation of bytecode.
    public Duration steadyCpu() {
        return brokerCpu.minus(compilerCpu);
    }
}
