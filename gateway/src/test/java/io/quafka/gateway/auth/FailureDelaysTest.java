package io.quafka.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureDelaysTest {
    private static final Duration FIRST = Duration.ofMillis(200);

    private final FailureDelays delays = new FailureDelays(FIRST);

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(
                new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    @Test
    void doublesForAnAddressAndForNoOther() throws Exception {
        assertThat(delays.failed(address(1), 0)).isEqualTo(FIRST);
        assertThat(delays.failed(address(1), 1)).isEqualTo(FIRST.multipliedBy(2));
        assertThat(delays.failed(address(1), 2)).isEqualTo(FIRST.multipliedBy(4));
        assertThat(delays.failed(address(2), 3)).isEqualTo(FIRST);
    }

    @Test
    void endsAtTheLongest() throws Exception {
        Duration last = Duration.ZERO;
        for (int i = 0; i < 100; i++) {
            last = delays.failed(address(1), i);
        }
        assertThat(last).isEqualTo(FailureDelays.DELAY_MAX);
    }

    @Test
    void isForgottenAfterAWhileAndBySuccess() throws Exception {
        delays.failed(address(1), 0);
        assertThat(delays.failed(address(1), FailureDelays.FORGET.toNanos() + 1)).isEqualTo(FIRST);
        delays.succeeded(address(1));
        assertThat(delays.failed(address(1), FailureDelays.FORGET.toNanos() + 2)).isEqualTo(FIRST);
    }

    @Test
    void remembersABoundedNumberOfAddresses() throws Exception {
        delays.failed(address(0), 0);
        for (int i = 1; i <= FailureDelays.ADDRESSES_MAX; i++) {
            delays.failed(address(i), i);
        }
        assertThat(delays.failed(address(0), FailureDelays.ADDRESSES_MAX + 1)).isEqualTo(FIRST);
    }
}
