package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final Duration WORK = Duration.ofMillis(300);

    @Test
    void countsWorkOfTheWindowAndNotWhatWasBefore() throws InterruptedException {
        Proc proc = new Proc();
        long self = ProcessHandle.current().pid();
        burn();
        Duration before = proc.cpuTime(List.of(self));

        Window window;
        try (Sampler sampler = Sampler.start(proc, List.of(self), List.of())) {
            burn();
            window = sampler.finish();
        }

        Duration whole = proc.cpuTime(List.of(self)).minus(before).plusMillis(50);
        assertThat(window.brokerCpu()).isBetween(WORK.minusMillis(50), whole);
        assertThat(window.steadyCpu()).isLessThanOrEqualTo(window.brokerCpu()).isPositive();
        assertThat(window.length()).isGreaterThanOrEqualTo(WORK);
        assertThat(window.openFiles()).isPositive();
        assertThat(window.residentBytes()).isPositive();
    }

    /// Uses CPU time, however much wall time that takes on a busy machine.
    private static void burn() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + WORK.toNanos();
        while (threads.getCurrentThreadCpuTime() < end) {
            Thread.onSpinWait();
        }
    }
}
