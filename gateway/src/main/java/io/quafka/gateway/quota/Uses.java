package io.quafka.gateway.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quafka.gateway.quota.Limit.Payer;
import java.time.Duration;
import java.time.InstantSource;

/// What payers used lately, of the latest so many. Who used nothing for a while is forgotten, and
/// so costs nothing. Thread-safe.
final class Uses {
    /// Some 700 bytes each. Beyond it, who comes seldom may be forgotten too early, and use more.
    static final int PAYERS_MAX = 20_000;

    private final Cache<Payer, Use> byPayer;
    private final InstantSource clock;

    Uses(InstantSource clock) {
        this.clock = clock;
        byPayer =
                Caffeine.newBuilder()
                        .maximumSize(PAYERS_MAX)
                        .expireAfterAccess(Duration.ofSeconds(Use.FORGOTTEN_SECONDS))
                        .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                        .executor(Runnable::run)
                        .build();
    }

    /// As [Use#add].
    long add(Limit limit, double amount) {
        return use(limit).add(amount, limit.bound(), clock.millis());
    }

    /// As [Use#addUnlessAbove].
    boolean addUnlessAbove(Limit limit, double amount) {
        return use(limit).addUnlessAbove(amount, limit.bound(), clock.millis());
    }

    private Use use(Limit limit) {
        return byPayer.get(limit.payer(), _ -> new Use());
    }

    /// Payers that are remembered.
    long size() {
        byPayer.cleanUp();
        return byPayer.estimatedSize();
    }
}
