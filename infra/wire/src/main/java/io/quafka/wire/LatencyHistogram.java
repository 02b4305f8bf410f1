package io.quafka.wire;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/// How long something took, each time: counted in a fixed number of buckets, of which each begins
/// where the one before ends. Any thread may record and read; recording neither locks nor
/// allocates.
public final class LatencyHistogram {
    private static final long[] BOUNDS_NANOS =
            LongStream.of(
                            500,
                            1_000,
                            2_000,
                            5_000,
                            10_000,
                            20_000,
                            50_000,
                            100_000,
                            200_000,
                            500_000,
                            1_000_000,
                            2_000_000,
                            5_000_000,
                            10_000_000)
                    .map(TimeUnit.MICROSECONDS::toNanos)
                    .toArray();

    /// The last is of what took longer than any bound.
    private final LongAdder[] counts = new LongAdder[BOUNDS_NANOS.length + 1];

    private final LongAdder nanos = new LongAdder();

    public LatencyHistogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /// @param tookNanos less than 0 counts as 0
    public void record(long tookNanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && tookNanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        nanos.add(Math.max(0, tookNanos));
    }

    /// What was recorded since the start; not a snapshot of one instant.
    public Figures figures() {
        long[] upTo = new long[counts.length];
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i].sum();
            upTo[i] = sum;
        }
        return new Figures(LongStream.of(upTo).boxed().toList(), nanos.sum());
    }

    /// Upper bounds of the buckets, inclusive, in ascending order; the last bucket has none.
    public static List<Long> boundsNanos() {
        return LongStream.of(BOUNDS_NANOS).boxed().toList();
    }

    /// What a histogram has recorded.
    ///
    /// @param upTo for each bound how often it took at most so long, and last, how often anything
    ///   was recorded
    /// @param sumNanos of all that was recorded
    public record Figures(List<Long> upTo, long sumNanos) {
        public static final Figures NONE = new LatencyHistogram().figures();

        public Figures {
            upTo = List.copyOf(upTo);
        }

        /// How often anything was recorded.
        public long count() {
            return upTo.getLast();
        }

        /// What both have recorded.
        public Figures plus(Figures other) {
            long[] both = new long[upTo.size()];
            for (int i = 0; i < both.length; i++) {
                both[i] = upTo.get(i) + other.upTo.get(i);
            }
            return new Figures(LongStream.of(both).boxed().toList(), sumNanos + other.sumNanos);
        }
    }
}
