package io.quafka.storage.shard;

import io.quafka.storage.index.AbortedTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A partition's transactions as readers need them: those that are going on, and those aborted ones
/// that are not in the index yet. Changed by the shard's writer, read on any thread.
///
/// Bounded: by [ProducerTable#PRODUCERS_MAX] the ongoing, by [IndexFeed#ROWS_REFUSE] the aborted,
/// by the requests in flight the guards.
final class PartitionTransactions {
    /// No transaction is going on.
    static final long NONE = Long.MAX_VALUE;

    private final TreeMap<Long, Long> producersByStart = new TreeMap<>();
    private final Map<Long, Short> epochs = new HashMap<>();
    private final List<AbortedTransaction> recentAborted = new ArrayList<>();
    private int takenAborted;
    private final Map<Long, VerificationGuard> guards = new HashMap<>();

    synchronized void began(long producerId, short epoch, long firstOffset) {
        producersByStart.put(firstOffset, producerId);
        epochs.put(producerId, epoch);
    }

    /// A batch of a newer epoch goes on with the transaction.
    synchronized void wentOn(long producerId, short epoch) {
        epochs.replace(producerId, epoch);
    }

    synchronized void ended(long producerId, long firstOffset) {
        producersByStart.remove(firstOffset);
        epochs.remove(producerId);
    }

    synchronized void aborted(AbortedTransaction aborted) {
        recentAborted.add(aborted);
    }

    /// Those that were noted since the last call, to be brought to the index.
    synchronized List<AbortedTransaction> takeAborted() {
        if (takenAborted == recentAborted.size()) {
            return List.of();
        }
        List<AbortedTransaction> taken =
                List.copyOf(recentAborted.subList(takenAborted, recentAborted.size()));
        takenAborted = recentAborted.size();
        return taken;
    }

    /// All that were taken are in the index now.
    synchronized void trimAborted() {
        recentAborted.subList(0, takenAborted).clear();
        takenAborted = 0;
    }

    synchronized List<AbortedTransaction> recentAborted() {
        return List.copyOf(recentAborted);
    }

    /// First offset of the oldest ongoing transaction; [#NONE] if there is none.
    synchronized long firstOngoing() {
        return producersByStart.isEmpty() ? NONE : producersByStart.firstKey();
    }

    /// Those that go on and began before an offset, the oldest first.
    synchronized List<OngoingTransaction> ongoingBefore(long offset) {
        List<OngoingTransaction> found = new ArrayList<>();
        producersByStart
                .headMap(offset)
                .forEach((first, producerId) -> {
                    Short epoch = epochs.get(producerId);
                    if (epoch != null) {
                        found.add(new OngoingTransaction(producerId, epoch, first));
                    }
                });
        return found;
    }

    synchronized boolean isOngoing(long producerId, short epoch) {
        Short known = epochs.get(producerId);
        return known != null && known == epoch;
    }

    /// The guard of a producer's next batch; null if its transaction is going on here, and no
    /// earlier batch of it waits: then there is nothing to verify.
    synchronized @Nullable VerificationGuard join(long producerId, short epoch, int sequence) {
        VerificationGuard guard = guards.get(producerId);
        return guard == null && isOngoing(producerId, epoch)
                ? null
                : hold(producerId, epoch, sequence);
    }

    /// A guard even though there is nothing to verify: the batch waits for another reason, and
    /// later ones are to wait behind it.
    synchronized VerificationGuard hold(long producerId, short epoch, int sequence) {
        VerificationGuard guard = guards.get(producerId);
        if (guard == null) {
            guard = new VerificationGuard(producerId, epoch, sequence);
            guards.put(producerId, guard);
        }
        guard.joined(epoch, sequence);
        guard.holders++;
        return guard;
    }

    synchronized void leave(VerificationGuard guard) {
        guard.holders--;
        if (guard.holders == 0) {
            guards.remove(guard.producerId, guard);
        }
    }

    synchronized boolean holds(VerificationGuard guard) {
        return guards.get(guard.producerId) == guard;
    }

    /// A marker of the producer is appended: who was verified for an epoch up to this was verified
    /// in vain.
    synchronized void markerAppended(long producerId, int lastEpoch) {
        VerificationGuard guard = guards.get(producerId);
        if (guard != null && guard.epoch() <= lastEpoch) {
            guards.remove(producerId);
        }
    }

    synchronized void clear() {
        producersByStart.clear();
        epochs.clear();
        recentAborted.clear();
        takenAborted = 0;
        guards.clear();
    }
}
