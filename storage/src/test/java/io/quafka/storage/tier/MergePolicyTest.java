package io.quafka.storage.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.index.TieredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergePolicyTest {
    private static final MergePolicy POLICY = new MergePolicy(4, 8, 1 << 20, 10_000, 1 << 14);

    private static TieredObject object(long number, long size, int ranges) {
        return new TieredObject(number, 0, 0, size, ranges);
    }

    @Test
    void waitsForEnoughOfAKind() {
        List<TieredObject> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(object(i, 5_000, 10));
        }
        held.add(object(3, 100_000, 100));
        assertThat(POLICY.choose(held)).isEmpty();
        held.add(object(4, 6_000, 10));
        assertThat(POLICY.choose(held))
                .extracting(TieredObject::number)
                .containsExactly(0L, 1L, 2L, 4L);
    }

    @Test
    void takesTheOldestOfThemWithinItsLimits() {
        List<TieredObject> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            held.add(object(i, 5_000, 10));
        }
        assertThat(POLICY.choose(held)).isEqualTo(held.subList(0, 8));
        List<TieredObject> large = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            large.add(object(i, 200_000, 100));
        }
        assertThat(POLICY.choose(large)).isEqualTo(large.subList(0, 5));
        List<TieredObject> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(object(i, 200_000, 2_500));
        }
        assertThat(POLICY.choose(many)).isEqualTo(many.subList(0, 4));
    }

    @Test
    void leavesAloneWhatIsLargeOrHasLongRanges() {
        List<TieredObject> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            held.add(object(i, 300_000, 100));
            held.add(object(100 + i, 50_000, 2));
            held.add(object(200 + i, 200_000, 2_501));
        }
        held.sort(Comparator.comparingLong(TieredObject::number));
        assertThat(POLICY.choose(held)).isEmpty();
    }

    /// Uploads, expiry and merges for a long time: how often a byte is written again, and how many
    /// objects there are, stays within bounds.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void rewritesLittleAndLeavesFew(long seed) {
        Random random = new Random(seed);
        int smallest = 1 << (8 + random.nextInt(6));
        List<TieredObject> held = new ArrayList<>();
        Map<Long, Integer> timesWritten = new HashMap<>();
        long number = 0;
        long small = 0;
        for (int step = 0; step < 3_000; step++) {
            held.add(object(++number, smallest + random.nextInt(smallest), 50));
            timesWritten.put(number, 1);
            if (random.nextInt(20) == 0) {
                held.subList(0, random.nextInt(1 + held.size() / 10)).clear();
            }
            for (List<TieredObject> chosen = POLICY.choose(held);
                    !chosen.isEmpty();
                    chosen = POLICY.choose(held)) {
                assertThat(chosen).hasSizeBetween(4, 8);
                long size = chosen.stream().mapToLong(TieredObject::size).sum();
                assertThat(size).isLessThanOrEqualTo(1 << 20);
                int times =
                        chosen.stream()
                                .mapToInt(each -> timesWritten.getOrDefault(each.number(), 0))
                                .max()
                                .orElseThrow();
                held.removeAll(chosen);
                // The partitions are the same: ranges that follow on from each other become one.
                held.add(object(++number, size, 50));
                timesWritten.put(number, times + 1);
            }
            small = held.stream().filter(POLICY::isSmall).count();
        }
        // Four to a class at most, and a class for each factor of four.
        int classes = 2 + (18 - Integer.numberOfTrailingZeros(smallest)) / 2;
        assertThat(timesWritten.values()).allMatch(times -> times <= 1 + classes);
        assertThat(small).isLessThanOrEqualTo(3L * classes);
    }
}
