package io.quafka.storage.node;

import io.quafka.storage.TransactionVerifier;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The part of one produce request that waits until its transaction's coordinator was asked.
/// Transactional batches whose transaction is not known to be going on in their partition take a
/// guard; requests of one producer that share a guard go on one after the other. Other batches of
/// such a request wait with it, so they take guards too: no later request may overtake them.
final class Verification {
    private final TransactionVerifier verifier;
    private final String transactionalId;
    private final boolean add;
    private final CompletableFuture<Void> handedOver = new CompletableFuture<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Ongoing> ongoing = new ArrayList<>();
    private final List<CompletableFuture<?>> before = new ArrayList<>();

    private record Waiting(AppendItem item, TopicPartition name, VerificationGuard guard) {}

    /// Nothing to verify.
    private record Ongoing(AppendItem item, TopicPartition name) {}

    Verification(TransactionVerifier verifier, String transactionalId, boolean add) {
        this.verifier = verifier;
        this.transactionalId = transactionalId;
        this.add = add;
    }

    /// Looks at an item that is to be appended.
    void take(AppendItem item, TopicPartition name) {
        ByteBuffer batch = item.batch();
        int at = batch.position();
        if (!BatchHeader.isTransactional(batch, at)) {
            return;
        }
        VerificationGuard guard =
                item.partition()
                        .join(
                                BatchHeader.producerId(batch, at),
                                BatchHeader.producerEpoch(batch, at),
                                BatchHeader.baseSequence(batch, at));
        if (guard == null) {
            item.verify(null);
            ongoing.add(new Ongoing(item, name));
        } else {
            await(item, name, guard);
        }
    }

    private void await(AppendItem item, TopicPartition name, VerificationGuard guard) {
        item.verify(guard);
        waiting.add(new Waiting(item, name, guard));
        before.add(guard.queue(handedOver));
    }

    boolean isNeeded() {
        return !waiting.isEmpty();
    }

    /// Asks when it is this request's turn. On the thread that takes the producer's requests.
    ///
    /// @return errors by item, for those that must not be appended; never fails
    CompletableFuture<Map<AppendItem, Errors>> run() {
        for (Ongoing one : ongoing) {
            ByteBuffer batch = one.item.batch();
            int at = batch.position();
            await(
                    one.item,
                    one.name,
                    one.item
                            .partition()
                            .hold(
                                    BatchHeader.producerId(batch, at),
                                    BatchHeader.producerEpoch(batch, at),
                                    BatchHeader.baseSequence(batch, at)));
        }
        return CompletableFuture.allOf(before.toArray(CompletableFuture[]::new))
                .thenCompose(_ -> ask())
                .handle((errors, failure) -> failure == null ? errors : all(failure));
    }

    private CompletableFuture<Map<AppendItem, Errors>> ask() {
        Map<AppendItem, Errors> refused = new HashMap<>();
        Map<Claim, List<Waiting>> byClaim = new HashMap<>();
        for (Waiting one : waiting) {
            Claim claim = Claim.of(one.item.batch());
            if (!one.item.partition().inTransaction(claim.producerId, claim.epoch)) {
                byClaim.computeIfAbsent(claim, _ -> new ArrayList<>()).add(one);
            }
        }
        List<CompletableFuture<?>> pending = new ArrayList<>();
        byClaim.forEach((claim, asked) -> pending.add(ask(claim, asked, refused)));
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> refused);
    }

    private record Claim(long producerId, short epoch) {
        static Claim of(ByteBuffer batch) {
            int at = batch.position();
            return new Claim(
                    BatchHeader.producerId(batch, at), BatchHeader.producerEpoch(batch, at));
        }
    }

    private CompletableFuture<?> ask(
            Claim claim, List<Waiting> asked, Map<AppendItem, Errors> refused) {
        Set<TopicPartition> partitions = new HashSet<>();
        asked.forEach(one -> partitions.add(one.name));
        return verifier.verify(
                        new TransactionVerifier.Question(
                                transactionalId,
                                claim.producerId,
                                claim.epoch,
                                add,
                                List.copyOf(partitions)))
                .thenAccept(errors -> {
                    for (Waiting one : asked) {
                        Errors error = errors.getOrDefault(one.name, Errors.NONE);
                        if (error != Errors.NONE) {
                            synchronized (refused) {
                                refused.put(one.item, error);
                            }
                        }
                    }
                });
    }

    private Map<AppendItem, Errors> all(Throwable failure) {
        Map<AppendItem, Errors> refused = new HashMap<>();
        waiting.forEach(one -> refused.put(one.item, Errors.NOT_ENOUGH_REPLICAS));
        return refused;
    }

    /// The items were handed to their shards: whoever came later may go on.
    void handedOver() {
        handedOver.complete(null);
    }

    /// The items were appended or refused.
    void done() {
        for (Waiting one : waiting) {
            Partition partition = one.item.partition();
            partition.leave(one.guard);
        }
        waiting.clear();
    }

    /// @return null where nothing can need a verification
    static @Nullable Verification of(
            @Nullable TransactionVerifier verifier, @Nullable String transactionalId, boolean add) {
        return verifier == null || transactionalId == null
                ? null
                : new Verification(verifier, transactionalId, add);
    }
}
