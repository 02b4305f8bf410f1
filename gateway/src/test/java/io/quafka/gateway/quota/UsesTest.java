package io.quafka.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.QuotaKey;
import io.quafka.gateway.quota.Limit.Payer;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Rates over a time that a test decides.
class UsesTest {
    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final Uses uses = new Uses(() -> Instant.ofEpochMilli(millis.get()));

    private static Limit limit(String client, double bound) {
        return new Limit(new Payer(QuotaKey.PRODUCER_BYTE_RATE, null, client), bound);
    }

    /// A client that waits as long as it is told has its bound, whatever it asks for at a time.
    @Test
    void whoWaitsAsToldHasItsBound() {
        for (int bytes : new int[] {500, 20_000, 100_000}) {
            Limit limit = limit("app-" + bytes, 10_000);
            long began = millis.get();
            long sent = 0;
            for (int i = 0; i < 200; i++) {
                sent += bytes;
                millis.addAndGet(1 + uses.add(limit, bytes));
            }
            double seconds = (millis.get() - began) / 1_000.0;
            double free = Use.WINDOW_SECONDS * limit.bound() + bytes;
            assertThat(sent).isLessThanOrEqualTo((long) (seconds * limit.bound() + free));
            assertThat(sent).isGreaterThan((long) (0.7 * seconds * limit.bound()));
        }
    }

    @Test
    void aPauseIsForgottenAndSoIsWhoPaused() {
        Limit limit = limit("app", 1_000);
        assertThat(uses.add(limit, 10_000)).isZero();
        assertThat(uses.add(limit, 1_000)).isBetween(500L, 2_000L);
        assertThat(uses.size()).isOne();
        millis.addAndGet(Use.FORGOTTEN_SECONDS * 1_000 + 1);
        assertThat(uses.size()).isZero();
        assertThat(uses.add(limit, 10_000)).isZero();
    }

    @Test
    void soManyAreRememberedAndNoMore() {
        for (int i = 0; i < Uses.PAYERS_MAX + 5_000; i++) {
            uses.add(limit("app-" + i, 1), 1);
        }
        assertThat(uses.size()).isBetween(1L, (long) Uses.PAYERS_MAX);
    }

    @Test
    void whatIsRefusedDoesNotCount() {
        Limit limit = limit("10.0.0.1", 2);
        int admitted = 0;
        for (int i = 0; i < 100; i++) {
            admitted += uses.addUnlessAbove(limit, 1) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo((int) (2 * Use.WINDOW_SECONDS));
        millis.addAndGet(Use.FORGOTTEN_SECONDS * 1_000);
        assertThat(uses.addUnlessAbove(limit, 1)).isTrue();
    }
}
