package io.quafka.storage.tier;

import io.quafka.storage.index.TieredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Chooses which of a shard's objects are merged into one. Pure.
///
/// Objects are of a *class* by their size, each four times the one before. Of one class the oldest
/// are merged as soon as there are enough, so that what comes of them is of a higher one: each byte
/// is written again once per class at most, and no class ever holds many. Within a class, older
/// objects hold older offsets; so a partition's ranges follow on from each other when they are
/// merged, and become one.
///
/// Objects whose ranges are long already are left alone: nothing would be gained. So are those that
/// are too large to be merged with their like.
///
/// @param objectsMin merged at once, at least
/// @param objectsMax merged at once, at most
/// @param objectBytesMax of the merged object, about: its batches are those of the others
/// @param rangesMax in the merged objects together
/// @param rangeBytesEnough where an object's ranges have so many bytes on average, it is not worth
///   merging
public record MergePolicy(
        int objectsMin, int objectsMax, long objectBytesMax, int rangesMax, long rangeBytesEnough) {
    /// A cold read of one partition asks for 4 MiB at a time: ranges of four such are long enough.
    public static final MergePolicy DEFAULT = new MergePolicy(4, 8, 1L << 30, 100_000, 16L << 20);

    public MergePolicy {
        if (objectsMin < 2 || objectsMax < objectsMin) {
            throw new IllegalArgumentException(
                    "merges of %d to %d objects".formatted(objectsMin, objectsMax));
        }
    }

    /// @param held objects in which ranges lie, by number
    /// @return those to merge into one; empty if none are worth it
    public List<TieredObject> choose(List<TieredObject> held) {
        Map<Integer, List<TieredObject>> classes = new TreeMap<>();
        held.stream()
                .filter(this::isSmall)
                .forEach(object ->
                        classes.computeIfAbsent(sizeClass(object), _ -> new ArrayList<>())
                                .add(object));
        for (List<TieredObject> like : classes.values()) {
            List<TieredObject> chosen = oldest(like);
            if (chosen.size() >= objectsMin) {
                return chosen;
            }
        }
        return List.of();
    }

    /// Whether it may be worth merging, with others.
    boolean isSmall(TieredObject object) {
        return object.size() <= objectBytesMax / objectsMin
                && object.ranges() <= rangesMax / objectsMin
                && object.size() / Math.max(1, object.ranges()) < rangeBytesEnough;
    }

    private static int sizeClass(TieredObject object) {
        return (Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, object.size())) - 1) / 2;
    }

    private List<TieredObject> oldest(List<TieredObject> like) {
        List<TieredObject> chosen = new ArrayList<>();
        long bytes = 0;
        long ranges = 0;
        for (TieredObject object : like) {
            bytes += object.size();
            ranges += object.ranges();
            if (chosen.size() == objectsMax || bytes > objectBytesMax || ranges > rangesMax) {
                break;
            }
            chosen.add(object);
        }
        return chosen;
    }
}
