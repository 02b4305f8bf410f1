package io.quafka.gateway.quota;

import io.quafka.controller.model.SecurityImage;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.function.Supplier;

/// The quotas of the image, and what was used of them here: each gateway counts for itself, as each
/// of Kafka's brokers does. Thread-safe.
///
/// Where there are none, a question is a look at the image.
public final class ClientQuotas {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double PERCENT = 100;

    private final Supplier<SecurityImage> image;
    private final Uses uses;
    private final Buckets changes;
    private volatile QuotaTable table;

    public ClientQuotas(Supplier<SecurityImage> image, InstantSource clock) {
        this.image = image;
        this.uses = new Uses(clock);
        this.changes = new Buckets(clock);
        this.table = new QuotaTable(image.get().quotas());
    }

    /// Whether an address may open one more connection now. One that may not does not count.
    public boolean mayConnect(InetAddress address) {
        Limit limit = current().find(address);
        return limit == null || uses.addUnlessAbove(limit, 1);
    }

    QuotaTable current() {
        Object now = image.get().quotas();
        QuotaTable known = table;
        return known.source() == now ? known : again();
    }

    private synchronized QuotaTable again() {
        var now = image.get().quotas();
        QuotaTable known = table;
        if (known.source() != now) {
            known = new QuotaTable(now);
            table = known;
        }
        return known;
    }

    /// Counts bytes; for how many milliseconds to wait then.
    long addBytes(Limit limit, long bytes) {
        return uses.add(limit, bytes);
    }

    /// Counts time of a thread; for how many milliseconds to wait then, a sample's length at most.
    long addTime(Limit limit, long nanos) {
        return Math.min(uses.add(limit, nanos * PERCENT / NANOS_PER_SECOND), Use.SAMPLE_MILLIS);
    }

    /// Counts changes of topics before they are made.
    ///
    /// @param strict counts none, and tells that none may be made, where there is a debt
    boolean takeChanges(Limit limit, int count, boolean strict) {
        return changes.take(limit, count, strict);
    }

    /// Of changes that were counted and not made.
    void giveChangesBack(Limit limit, int count) {
        changes.giveBack(limit, count);
    }

    /// For how many milliseconds to wait until no change is owed any more.
    long debtOfChanges(Limit limit) {
        return changes.debtMillis(limit);
    }

    /// What a client may use at once after a pause.
    static double burst(Limit limit) {
        return limit.bound() * Use.WINDOW_SECONDS;
    }
}
