package io.quafka.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MachineStatTest {
    @Test
    void countsAllButIdleAndWaiting() {
        assertThat(MachineStat.parse("cpu  100 20 3 9999 777 4 5 60 0 0"))
                .isEqualTo(new MachineStat(132, 60));
    }

    @Test
    void refusesTheLineOfOneCore() {
        assertThatThrownBy(() -> MachineStat.parse("cpu0 100 20 3 9999 777 4 5 60 0 0"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
