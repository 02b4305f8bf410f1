package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.coordinator.MarkerSender.Marking;
import io.quafka.storage.coordinator.TransactionShard.Outcome;
import io.quafka.storage.transaction.Decision;
import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetricsImpl;
import org.apache.kafka.coordinator.common.runtime.MultiThreadedEventProcessor;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The transactions of the partitions of `__transaction_state` that this node leads, on Kafka's
/// coordinator runtime; and what time does to them.
///
/// What is decided is sent to the partitions once it is durable. Nothing depends on that being
/// remembered: every second, all that is decided and not complete is looked up and sent.
final class Transactions implements MarkerSender.Owner, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Transactions.class);

    private static final String NAME = "transaction-coordinator";
    private static final int THREADS = 2;
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /// How long a request waits for the markers of the transaction before, or for loading; then its
    /// client is told to ask again.
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(5);
    private static final int CACHED_BUFFER_BYTES = 1 << 20;

    private final CoordinatorEnvironment environment;
    private final TransactionStateManagerConfig config;
    private final StoragePeers peers;
    private final CoordinatorRuntime<TransactionShard, CoordinatorRecord> runtime;
    private final ScheduledThreadPoolExecutor timer;
    private final MarkerSender markers;
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final Map<Integer, Integer> epochs = new ConcurrentHashMap<>();

    /// Decides one transaction.
    interface Rule {
        /// @param freshId -1 unless the rule has asked for one
        Decision decide(@Nullable Transaction known, long freshId, long nowMs);
    }

    Transactions(
            CoordinatorEnvironment environment,
            TransactionStateManagerConfig config,
            Metadata metadata,
            StoragePeers peers) {
        this.environment = environment;
        this.config = config;
        this.peers = peers;
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("quafka-transactions").factory());
        this.markers = new MarkerSender(metadata, peers::node, timer, this);
        CoordinatorRuntimeMetrics metrics =
                new CoordinatorRuntimeMetricsImpl(new Metrics(), NAME + "-metrics", true);
        LogContext logContext = new LogContext("[" + NAME + "] ");
        this.runtime =
                new CoordinatorRuntime.Builder<TransactionShard, CoordinatorRecord>()
                        .withTime(environment.time())
                        .withTimer(environment.timer(NAME))
                        .withLogPrefix(NAME)
                        .withLogContext(logContext)
                        .withEventProcessor(
                                new MultiThreadedEventProcessor(
                                        logContext,
                                        NAME + "-",
                                        THREADS,
                                        environment.time(),
                                        metrics))
                        .withPartitionWriter(environment.writer())
                        .withLoader(environment.loader(new TransactionCoordinatorRecordSerde()))
                        .withCoordinatorShardBuilderSupplier(TransactionShardBuilder::new)
                        .withWriteTimeout(WRITE_TIMEOUT)
                        .withCoordinatorRuntimeMetrics(metrics)
                        .withCoordinatorMetrics(new NoCoordinatorMetrics())
                        .withSerializer(new TransactionCoordinatorRecordSerde())
                        .withCompression(Compression.NONE)
                        .withAppendLingerMs(OptionalInt.of(0))
                        .withExecutorService(executor)
                        .withCachedBufferMaxBytesSupplier(() -> CACHED_BUFFER_BYTES)
                        .build();
    }

    void start() {
        every(LOOK_EVERY, this::sendMarkers);
        every(
                Duration.ofMillis(config.transactionAbortTimedOutTransactionCleanupIntervalMs()),
                this::abortTimedOut);
        every(
                Duration.ofMillis(
                        config.transactionRemoveExpiredTransactionalIdCleanupIntervalMs()),
                this::expire);
    }

    private void every(Duration interval, Runnable chore) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> {
                            try {
                                chore.run();
                            } catch (RuntimeException e) {
                                log.atWarn().setCause(e).log("transactions lag behind");
                            }
                        },
                        interval.toMillis(),
                        interval.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    void elected(int partition, int epoch) {
        epochs.put(partition, epoch);
        runtime.scheduleLoadOperation(name(partition), epoch);
    }

    void resigned(int partition) {
        epochs.remove(partition);
        runtime.scheduleUnloadOperation(name(partition), OptionalInt.empty());
    }

    TransactionStateManagerConfig config() {
        return config;
    }

    private static TopicPartition name(int partition) {
        return new TopicPartition(Topic.TRANSACTION_STATE_TOPIC_NAME, partition);
    }

    private int partition(String id) {
        return Utils.abs(id.hashCode()) % environment.partitionCount();
    }

    /// Has a rule decide an id's transaction. Where the one before is decided and lacks markers, or
    /// the id's partition is being loaded, it waits a while.
    ///
    /// @return completes when what was decided is durable; fails where the id is not coordinated
    ///   here, or not yet
    CompletableFuture<Outcome> decide(String id, Rule rule) {
        return decide(id, rule, System.nanoTime() + PATIENCE.toNanos());
    }

    private CompletableFuture<Outcome> decide(String id, Rule rule, long deadlineNanos) {
        return decideNow(id, rule, Transaction.NO_ID)
                .thenCompose(outcome ->
                        outcome.needsProducerId()
                                ? peers.newProducerId()
                                        .thenCompose(freshId -> decideNow(id, rule, freshId))
                                : CompletableFuture.completedFuture(outcome))
                .exceptionallyCompose(failure ->
                        isLoading(id, failure) && System.nanoTime() < deadlineNanos
                                ? later(ASK_AGAIN_AFTER)
                                        .thenCompose(_ -> decide(id, rule, deadlineNanos))
                                : CompletableFuture.failedFuture(failure))
                .thenCompose(outcome -> {
                    long leftNanos = deadlineNanos - System.nanoTime();
                    return outcome.error() != Errors.CONCURRENT_TRANSACTIONS || leftNanos <= 0
                            ? CompletableFuture.completedFuture(outcome)
                            : settled(id, leftNanos)
                                    .thenCompose(_ -> decide(id, rule, deadlineNanos));
                });
    }

    private CompletableFuture<Void> settled(String id, long leftNanos) {
        CompletableFuture<Void> settled = markers.settled(id);
        return settled == null
                ? seeTo(id).thenCompose(_ -> later(ASK_AGAIN_AFTER))
                : settled.completeOnTimeout(null, leftNanos, TimeUnit.NANOSECONDS);
    }

    /// Sends the markers of what was decided before a restart, say, without waiting for the next
    /// look.
    private CompletableFuture<?> seeTo(String id) {
        return runtime.<List<Marking>>scheduleReadOperation(
                        "prepared",
                        name(partition(id)),
                        (shard, offset) -> {
                            Transaction known = shard.get(id, offset);
                            return known != null && known.status().isPrepared()
                                    ? found(shard, Map.of(id, known))
                                    : List.of();
                        })
                .thenAccept(markings -> markings.forEach(Marking::start))
                .exceptionally(_ -> null);
    }

    private static CompletableFuture<Void> later(Duration delay) {
        return new CompletableFuture<Void>()
                .completeOnTimeout(null, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Whether the id will be coordinated here in a moment.
    private boolean isLoading(String id, Throwable failure) {
        Throwable cause = failure.getCause();
        Errors error =
                Errors.forException(
                        failure instanceof CompletionException && cause != null ? cause : failure);
        return error == Errors.COORDINATOR_LOAD_IN_PROGRESS && epochFor(id) != null;
    }

    private CompletableFuture<Outcome> decideNow(String id, Rule rule, long freshId) {
        AtomicReference<@Nullable Marking> marking = new AtomicReference<>();
        return runtime.<Outcome>scheduleWriteOperation(
                        "decide",
                        name(partition(id)),
                        shard -> {
                            Decision decision =
                                    rule.decide(
                                            shard.get(id),
                                            freshId,
                                            environment.time().milliseconds());
                            if (decision instanceof Decision.Become(Transaction next, _)
                                    && next.status().isPrepared()) {
                                marking.set(markers.decided(id, next));
                            }
                            return shard.carryOut(id, decision);
                        })
                .whenComplete((_, failure) -> startOrDrop(marking.get(), failure));
    }

    private static void startOrDrop(@Nullable Marking marking, @Nullable Throwable failure) {
        if (marking == null) {
            return;
        }
        if (failure == null) {
            marking.start();
        } else {
            marking.drop();
        }
    }

    /// As far as it is durable; completes with null for an id that nobody uses.
    CompletableFuture<AtomicReference<@Nullable Transaction>> read(String id) {
        return runtime.scheduleReadOperation(
                "read",
                name(partition(id)),
                (shard, offset) -> new AtomicReference<>(shard.get(id, offset)));
    }

    /// All of this node, as far as they are durable; partitions that are being loaded fail the
    /// whole.
    CompletableFuture<Map<String, Transaction>> readAll() {
        CompletableFuture<Map<String, Transaction>> all =
                CompletableFuture.completedFuture(new HashMap<>());
        for (CompletableFuture<Map<String, Transaction>> some :
                runtime.scheduleReadAllOperation("read-all", TransactionShard::all)) {
            all = all.thenCombine(some, Transactions::joined);
        }
        return all;
    }

    private static Map<String, Transaction> joined(
            Map<String, Transaction> into, Map<String, Transaction> more) {
        into.putAll(more);
        return into;
    }

    private void sendMarkers() {
        for (CompletableFuture<List<Marking>> some :
                runtime.<List<Marking>>scheduleReadAllOperation(
                        "prepared", (shard, offset) -> found(shard, shard.prepared(offset)))) {
            var _ = some.thenAccept(markings -> markings.forEach(Marking::start));
        }
    }

    /// Of what is durably decided, what was not completed meanwhile.
    private List<Marking> found(TransactionShard shard, Map<String, Transaction> durable) {
        List<Marking> found = new ArrayList<>();
        durable.forEach((id, prepared) -> {
            Marking marking = prepared.equals(shard.get(id)) ? markers.found(id, prepared) : null;
            if (marking != null) {
                found.add(marking);
            }
        });
        return found;
    }

    private void abortTimedOut() {
        long now = environment.time().milliseconds();
        for (CompletableFuture<Integer> aborted :
                runtime.<Integer>scheduleWriteAllOperation(
                        "abort-timed-out", shard -> shard.abortTimedOut(now))) {
            var _ =
                    aborted.thenAccept(count -> {
                        if (count > 0) {
                            log.atInfo().addKeyValue("count", count).log("timed out: aborted");
                            sendMarkers();
                        }
                    });
        }
    }

    private void expire() {
        long now = environment.time().milliseconds();
        long after = config.transactionalIdExpirationMs();
        for (CompletableFuture<Integer> expired :
                runtime.<Integer>scheduleWriteAllOperation(
                        "expire", shard -> shard.expire(after, now))) {
            var _ =
                    expired.thenAccept(count -> {
                        if (count > 0) {
                            log.atInfo()
                                    .addKeyValue("count", count)
                                    .log("transactional ids expired");
                        }
                        if (count == TransactionShard.CHORES_MAX) {
                            expire();
                        }
                    });
        }
    }

    @Override
    public @Nullable Integer epochFor(String id) {
        return epochs.get(partition(id));
    }

    @Override
    public CompletableFuture<?> complete(String id, Transaction prepared) {
        return decideNow(
                id,
                (known, _, now) -> TransactionRules.complete(known, prepared, now),
                Transaction.NO_ID);
    }

    @Override
    public void close() throws Exception {
        timer.shutdownNow();
        runtime.close();
        executor.shutdownNow();
    }
}
