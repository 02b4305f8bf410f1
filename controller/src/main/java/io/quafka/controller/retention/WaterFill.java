package io.quafka.controller.retention;

import java.util.Arrays;
import java.util.Comparator;

/// Divides bytes between those who want some, as water finds its level: everyone gets what he
/// wants, or as much as his weight says of what those who want less leave over.
public final class WaterFill {
    private WaterFill() {}

    /// Exact: the parts sum to the smaller of `bytes` and the sum of `wanted`, nobody gets more
    /// than he wants, and of those who get less, each has the same part for each unit of weight, to
    /// a byte.
    ///
    /// @param bytes to divide, 0 or more
    /// @param wanted by each, 0 or more
    /// @param weights of each, from 1 up to 2²⁰; their sum up to 2⁴⁰
    public static long[] divide(long bytes, long[] wanted, long[] weights) {
        int count = wanted.length;
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        if (count > 1) {
            Arrays.sort(order, Comparator.comparingDouble(i -> wanted[i] / (double) weights[i]));
        }
        long[] parts = new long[count];
        long left = bytes;
        long weightLeft = 0;
        for (long weight : weights) {
            weightLeft += weight;
        }
        for (int i : order) {
            parts[i] = Math.min(wanted[i], part(left, weights[i], weightLeft));
            left -= parts[i];
            weightLeft -= weights[i];
        }
        return parts;
    }

    /// As [#divide], but what nobody wants is divided too, by weight: the parts sum to `bytes`.
    public static long[] divideAll(long bytes, long[] wanted, long[] weights) {
        long[] parts = divide(bytes, wanted, weights);
        long left = bytes;
        long weightLeft = 0;
        for (int i = 0; i < parts.length; i++) {
            left -= parts[i];
            weightLeft += weights[i];
        }
        for (int i = 0; i < parts.length; i++) {
            long more = part(left, weights[i], weightLeft);
            parts[i] += more;
            left -= more;
            weightLeft -= weights[i];
        }
        return parts;
    }

    /// `bytes × weight ÷ of`, rounded down, without overflow for the weights above.
    static long part(long bytes, long weight, long of) {
        return bytes / of * weight + bytes % of * weight / of;
    }
}
