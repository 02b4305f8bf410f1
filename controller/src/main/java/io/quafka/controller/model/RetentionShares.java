package io.quafka.controller.model;

import java.math.BigDecimal;

/// What share of the disks, and of the whole history's capacity, a topic may keep. Counted in
/// millionths, so that sums are exact: 12.5 % is 125,000.
///
/// @param local of the log capacity: `local.retention.percent`; 0 where the topic has none
/// @param whole of the whole history's capacity: `retention.percent`; 0 where the topic has none
public record RetentionShares(int local, int whole) {
    /// All there is.
    public static final int WHOLE = 1_000_000;

    public static final RetentionShares NONE = new RetentionShares(0, 0);

    private static final int PER_PERCENT = WHOLE / 100;

    public RetentionShares {
        if (local < 0 || local > WHOLE || whole < 0 || whole > WHOLE) {
            throw new IllegalArgumentException("no shares: " + local + " and " + whole);
        }
    }

    public boolean isNone() {
        return local == 0 && whole == 0;
    }

    /// The share of the storage disks that binds: the tighter of those that are set, for where no
    /// capacity is set for the object store, both are of the disks. 0 where none is set.
    public int onDisk() {
        if (local == 0 || whole == 0) {
            return Math.max(local, whole);
        }
        return Math.min(local, whole);
    }

    /// @param percent as a config says it
    /// @throws ArithmeticException for more than four decimals, or more than an int holds
    public static int ofPercent(double percent) {
        return BigDecimal.valueOf(percent)
                .multiply(BigDecimal.valueOf(PER_PERCENT))
                .stripTrailingZeros()
                .intValueExact();
    }

    /// A share as a person reads it: `12.5 %`.
    public static String text(long share) {
        return BigDecimal.valueOf(share)
                        .divide(BigDecimal.valueOf(PER_PERCENT))
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }
}
