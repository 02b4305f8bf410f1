package io.quafka.storage.log;

import io.quafka.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Part of a damaged run: one batch that checks, or bytes of which no more is known than which
/// offsets they held.
///
/// Where the run's `headsCrc` checks, its batches' lengths and base offsets are certain, so that
/// each damaged batch is told apart from its neighbours. Where it does not, batches are sound up to
/// the first one that does not follow on or check; what comes after is one stretch, since a
/// client's bytes could pass for a batch there.
///
/// @param at of its first byte, in the run
/// @param length in bytes
/// @param baseOffset first offset
/// @param lastOffset last offset
/// @param sound whether it is a batch that checks
public record Stretch(int at, int length, long baseOffset, long lastOffset, boolean sound) {
    /// Cuts a run into stretches that cover it and its offsets, in order.
    ///
    /// @param run whose bytes do not check
    public static List<Stretch> of(Group group, GroupEntry run) {
        ByteBuffer bytes = group.bytesOf(run).slice();
        List<Integer> starts = starts(bytes, run);
        return starts.isEmpty()
                ? soundPrefix(bytes, run, group.epoch())
                : eachBatch(bytes, run, starts);
    }

    /// Where the batches begin, and the run's end; nothing if the batches' heads do not check.
    private static List<Integer> starts(ByteBuffer bytes, GroupEntry run) {
        CRC32C heads = new CRC32C();
        byte[] scratch = new byte[GroupFormat.BATCH_HEAD_BYTES];
        List<Integer> starts = new ArrayList<>(run.batches() + 1);
        int at = 0;
        while (BatchHeader.isWhole(bytes, at)) {
            starts.add(at);
            GroupFormat.addBatchHead(heads, bytes, at, scratch);
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        starts.add(at);
        return at == run.length() && (int) heads.getValue() == run.headsCrc() ? starts : List.of();
    }

    private static List<Stretch> eachBatch(ByteBuffer bytes, GroupEntry run, List<Integer> starts) {
        List<Stretch> stretches = new ArrayList<>(starts.size() - 1);
        for (int i = 0; i < starts.size() - 1; i++) {
            int at = starts.get(i);
            int next = starts.get(i + 1);
            long last =
                    next == run.length()
                            ? run.lastOffset()
                            : BatchHeader.baseOffset(bytes, next) - 1;
            stretches.add(
                    new Stretch(
                            at,
                            next - at,
                            BatchHeader.baseOffset(bytes, at),
                            last,
                            BatchHeader.crcMatches(bytes, at)));
        }
        return stretches;
    }

    private static List<Stretch> soundPrefix(ByteBuffer bytes, GroupEntry run, int epoch) {
        List<Stretch> stretches = new ArrayList<>();
        long offset = run.offset();
        int at = 0;
        while (at < run.length() && follows(bytes, at, offset, run, epoch)) {
            int size = BatchHeader.sizeInBytes(bytes, at);
            long last = BatchHeader.lastOffset(bytes, at);
            stretches.add(new Stretch(at, size, offset, last, true));
            offset = last + 1;
            at += size;
        }
        if (at < run.length()) {
            stretches.add(new Stretch(at, run.length() - at, offset, run.lastOffset(), false));
        }
        return stretches;
    }

    private static boolean follows(
            ByteBuffer bytes, int at, long offset, GroupEntry run, int epoch) {
        if (!BatchHeader.isWhole(bytes, at)) {
            return false;
        }
        long last = BatchHeader.lastOffset(bytes, at);
        boolean ends = at + BatchHeader.sizeInBytes(bytes, at) == run.length();
        return BatchHeader.magic(bytes, at) == BatchHeader.MAGIC
                && BatchHeader.baseOffset(bytes, at) == offset
                && BatchHeader.leaderEpoch(bytes, at) == epoch
                && last >= offset
                && (ends ? last == run.lastOffset() : last < run.lastOffset())
                && BatchHeader.crcMatches(bytes, at);
    }
}
