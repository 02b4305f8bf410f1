package io.quafka.gateway.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// How long the answer to a failed attempt takes: the longer, the more an address tried. Remembers
/// a bounded number of addresses, the latest. Thread-safe.
final class FailureDelays {
    static final Duration DELAY_MAX = Duration.ofSeconds(10);

    /// An address that failed at nothing for so long starts anew.
    static final Duration FORGET = Duration.ofMinutes(1);

    static final int ADDRESSES_MAX = 10_000;
    private static final int DOUBLINGS_MAX = 10;

    private record Failures(int count, long lastNanos) {}

    private final Duration first;
    private final Map<InetAddress, Failures> byAddress =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
                    return size() > ADDRESSES_MAX;
                }
            };

    FailureDelays(Duration first) {
        this.first = first;
    }

    /// Counts a failure; its answer's delay.
    synchronized Duration failed(InetAddress address, long nowNanos) {
        Failures before = byAddress.get(address);
        int count =
                before == null || nowNanos - before.lastNanos() > FORGET.toNanos()
                        ? 0
                        : before.count();
        byAddress.put(address, new Failures(count + 1, nowNanos));
        Duration delay = first.multipliedBy(1L << Math.min(count, DOUBLINGS_MAX));
        return delay.compareTo(DELAY_MAX) > 0 ? DELAY_MAX : delay;
    }

    synchronized void succeeded(InetAddress address) {
        byAddress.remove(address);
    }
}
