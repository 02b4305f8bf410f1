package io.quafka.gateway.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.quafka.gateway.quota.Limit.Payer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The buckets of those who changed topics lately, of the latest so many; one that is full again is
/// forgotten, and so costs nothing. Thread-safe.
final class Buckets {
    /// Beyond it, who comes seldom may be forgotten too early, and change more.
    static final int PAYERS_MAX = 20_000;

    private final Cache<Payer, Bucket> byPayer;
    private final InstantSource clock;

    Buckets(InstantSource clock) {
        this.clock = clock;
        byPayer =
                Caffeine.newBuilder()
                        .maximumSize(PAYERS_MAX)
                        .expireAfter(
                                Expiry.<Payer, Bucket>writing((_, bucket) -> bucket.untilFull()))
                        .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                        .executor(Runnable::run)
                        .build();
    }

    /// Takes so many out.
    ///
    /// @param strict takes none where there is a debt
    /// @return whether they were taken
    boolean take(Limit limit, int changes, boolean strict) {
        var taken = new AtomicBoolean();
        byPayer.asMap()
                .compute(
                        limit.payer(),
                        (_, before) -> {
                            Bucket now = now(limit, before);
                            taken.setPlain(!(strict && now.isOverdrawn()));
                            return taken.getPlain() ? now.less(changes) : now;
                        });
        return taken.getPlain();
    }

    /// Gives back what was taken for changes that were not made.
    void giveBack(Limit limit, int changes) {
        byPayer.asMap()
                .computeIfPresent(limit.payer(), (_, before) -> now(limit, before).less(-changes));
    }

    /// For how many milliseconds the payer must wait until it has no debt; 0 where it has none.
    long debtMillis(Limit limit) {
        Bucket bucket = byPayer.getIfPresent(limit.payer());
        return bucket == null ? 0 : now(limit, bucket).debtMillis();
    }

    private Bucket now(Limit limit, @Nullable Bucket before) {
        long now = clock.millis();
        return before == null ? Bucket.full(limit.bound(), now) : before.at(limit.bound(), now);
    }

    /// Payers that are remembered.
    long size() {
        byPayer.cleanUp();
        return byPayer.estimatedSize();
    }
}
