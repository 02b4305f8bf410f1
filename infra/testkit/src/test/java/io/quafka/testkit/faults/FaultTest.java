package io.quafka.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.testkit.BrokerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which alarms a fault explains.
class FaultTest {
    private final Part one = part("controller-1");
    private final Part other = part("controller-2");

    private static Part part(String name) {
        return new Part(name, BrokerOptions.in(Path.of(name)), null);
    }

    @Test
    void aRestartExplainsWhatTheRestartedOneSaysOfItsOwnEnd() {
        Fault restart = new Fault.RollingRestart(List.of(one));
        String alarm =
                "WARN Failed to reset\nAlreadyClosedException: controller-1 is already CLOSED";
        assertThat(restart.explains(one, alarm)).isTrue();
        assertThat(restart.explains(other, alarm)).isFalse();
        assertThat(restart.explains(one, "ERROR a damaged group")).isFalse();
    }

    @Test
    void aKillExplainsNothing() {
        assertThat(new Fault.Kill(one).explains(one, "ERROR No space left on device")).isFalse();
    }
}
