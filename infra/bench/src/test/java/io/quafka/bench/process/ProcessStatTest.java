package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessStatTest {
    @Test
    void readsTimesBehindANameWithSpacesAndParentheses() {
        ProcessStat stat =
                ProcessStat.parse(
                        "42 (C2 (x) Compiler) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 10 20 0 33 0 99");

        assertThat(stat).isEqualTo(new ProcessStat(42, "C2 (x) Compiler", 7, 150, 50, 30));
        assertThat(ProcessStat.duration(stat.ticks())).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void refusesWhatIsNoStatLine() {
        assertThatThrownBy(() -> ProcessStat.parse("42 java S 7"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProcessStat.parse("42 (java) S 7 1 2"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
