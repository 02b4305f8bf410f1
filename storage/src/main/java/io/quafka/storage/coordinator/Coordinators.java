package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.TransactionVerifier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataDelta;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinators on this node. They follow the metadata: as the node comes to lead partitions of
/// their topics they load them, as it loses them they forget them.
///
/// Nothing but this object exists, and no thread, until the node leads the first such partition.
public final class Coordinators implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Coordinators.class);

    /// After a coordinator's log failed, its state is loaded anew in so long.
    static final Duration RELOAD_AFTER = Duration.ofSeconds(1);

    /// How long a request waits for a coordinator that starts; then its client is to ask again.
    private static final Duration START_MAX = Duration.ofSeconds(2);

    /// Telling coordinators of topics takes at most one part in so many of a thread: changes gather
    /// for a while that is long beside the work that they make. Who is elected is told at once.
    private static final int REST_FACTOR = 10;

    private final Metadata metadata;
    private final List<CoordinatorSlot> slots = new ArrayList<>();
    private final @Nullable TransactionVerifier verifier;
    private final TopicMetadata topics = new TopicMetadata();
    private final ScheduledThreadPoolExecutor thread;
    private final AtomicBoolean following = new AtomicBoolean();
    private @Nullable AutoCloseable subscription;

    /// From when on changed topics are told again; by the one thread, as the next.
    private long restedNanos = System.nanoTime();

    private boolean again;

    /// @param readers threads that may block on the disk; stays open as long as this
    /// @param clock what has expired, and when
    /// @param peers this node among them; null where transactions are not to be coordinated
    public Coordinators(
            int nodeId,
            Metadata metadata,
            CoordinatorLogs logs,
            Executor readers,
            CoordinatorConfig config,
            InstantSource clock,
            @Nullable StoragePeers peers) {
        this.metadata = metadata;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("quafka-coordinators").factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        LedPartitions partitions = new LedPartitions(logs, this::reloadLater);
        this.verifier =
                peers == null ? null : new CoordinatorVerifier(metadata, peers::node, thread);
        IntFunction<CoordinatorEnvironment> environment =
                count ->
                        new CoordinatorEnvironment(
                                nodeId,
                                count,
                                config,
                                partitions,
                                readers,
                                verifier,
                                new ClockTime(clock));
        slots.add(
                new CoordinatorSlot(
                        Topic.GROUP_METADATA_TOPIC_NAME,
                        nodeId,
                        logs,
                        count -> GroupCoordinatorHost.start(environment.apply(count), metadata),
                        GroupCoordinatorHost.APIS));
        if (peers != null) {
            slots.add(
                    new CoordinatorSlot(
                            Topic.TRANSACTION_STATE_TOPIC_NAME,
                            nodeId,
                            logs,
                            count ->
                                    TransactionCoordinatorHost.start(
                                            environment.apply(count), metadata, peers),
                            TransactionCoordinatorHost.APIS));
        }
    }

    /// Asks the coordinators of transactions, wherever they are; null where this node knows none.
    public @Nullable TransactionVerifier verifier() {
        return verifier;
    }

    /// Whether markers in partitions of a topic are its coordinator's to write.
    public static boolean writesMarkers(String topic) {
        return topic.equals(Topic.GROUP_METADATA_TOPIC_NAME);
    }

    /// Ends a transaction in a partition whose coordinator writes the marker itself.
    ///
    /// @return what became of it; never fails
    public CompletableFuture<Errors> endTransaction(TopicPartition name, WritableTxnMarker marker) {
        for (CoordinatorSlot slot : slots) {
            HostedCoordinator running = slot.running();
            if (slot.topic().equals(name.topic()) && running != null) {
                return running.endTransaction(name.partition(), marker)
                        .handle((_, failure) ->
                                failure == null
                                        ? Errors.NONE
                                        : Errors.forException(cause(failure)));
            }
        }
        return CompletableFuture.completedFuture(Errors.NOT_COORDINATOR);
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /// Starts to follow the metadata; the node's shards are open.
    public void start() {
        subscription = metadata.subscribe((_, image) -> imageChanged(image));
    }

    /// Shards were opened: what they carry may be loaded.
    public void shardsOpened() {
        imageChanged(metadata.image());
    }

    /// See [io.quafka.storage.StorageNode#coordinate].
    public CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        for (CoordinatorSlot slot : slots) {
            if (slot.apis().contains(call.api())) {
                return answer(slot, call);
            }
        }
        return CompletableFuture.completedFuture(call.refuse(Errors.UNSUPPORTED_VERSION));
    }

    /// The first request for a kind of coordinator may come before it has started: its topic was
    /// just made.
    private CompletableFuture<ApiMessage> answer(CoordinatorSlot slot, CoordinatorCall call) {
        HostedCoordinator running = slot.running();
        if (running != null) {
            return answer(running, call);
        }
        if (!slot.isElected(metadata.image())) {
            return CompletableFuture.completedFuture(call.refuse(Errors.NOT_COORDINATOR));
        }
        return slot.started()
                .copy()
                .orTimeout(START_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .handle((started, failure) ->
                        failure == null
                                ? answer(started, call)
                                : CompletableFuture.completedFuture(
                                        call.refuse(Errors.NOT_COORDINATOR)))
                .thenCompose(answered -> answered);
    }

    private static CompletableFuture<ApiMessage> answer(
            HostedCoordinator coordinator, CoordinatorCall call) {
        CompletableFuture<? extends ApiMessage> answered;
        try {
            answered = coordinator.handle(call);
        } catch (RuntimeException e) {
            answered = CompletableFuture.failedFuture(e);
        }
        return answered.handle(
                (answer, failure) -> failure == null ? answer : refused(call, failure));
    }

    private static ApiMessage refused(CoordinatorCall call, Throwable failure) {
        Throwable why = cause(failure);
        if (Errors.forException(why) == Errors.UNKNOWN_SERVER_ERROR) {
            log.atError().setCause(why).addKeyValue("api", call.api()).log("coordinator failed");
        }
        return call.refuse(why);
    }

    private void imageChanged(ClusterImage image) {
        if (slots.stream().anyMatch(slot -> slot.concerns(image))
                && following.compareAndSet(false, true)) {
            later(this::follow, Duration.ZERO);
        }
    }

    /// Catches up with the newest image; those between are passed over.
    private void follow() {
        following.set(false);
        ClusterImage image = metadata.image();
        List<CoordinatorSlot> started = new ArrayList<>();
        for (CoordinatorSlot slot : slots) {
            if (slot.startIfElected(image)) {
                started.add(slot);
            }
        }
        if (slots.stream().noneMatch(slot -> slot.running() != null)) {
            return;
        }
        if (!started.isEmpty() || System.nanoTime() - restedNanos >= 0) {
            tell(image, started);
        } else {
            followAgain(restedNanos - System.nanoTime());
        }
        boolean whole = true;
        for (CoordinatorSlot slot : slots) {
            whole &= slot.elect(image);
        }
        if (!whole) {
            followAgain(RELOAD_AFTER.toNanos());
        }
    }

    /// What the topics and the groups' configs are by now.
    private void tell(ClusterImage image, List<CoordinatorSlot> started) {
        long begin = System.nanoTime();
        MetadataDelta delta = topics.advance(image);
        for (CoordinatorSlot slot : slots) {
            HostedCoordinator running = slot.running();
            if (running != null && started.contains(slot)) {
                running.metadataChanged(topics.nothing(), topics.image());
            } else if (running != null && delta != null) {
                running.metadataChanged(delta, topics.image());
            }
            if (running != null) {
                running.groupsConfigured(image.groupConfigs());
            }
        }
        long end = System.nanoTime();
        long restNanos = (end - begin) * REST_FACTOR;
        // Who was just started took time for what is done once.
        boolean rests = started.isEmpty() && restNanos > TimeUnit.MILLISECONDS.toNanos(50);
        restedNanos = end + (rests ? restNanos : 0);
    }

    /// Though no image may come: once, however often it is asked for, and soon.
    private void followAgain(long inNanos) {
        if (!again) {
            again = true;
            later(
                    () -> {
                        again = false;
                        follow();
                    },
                    Duration.ofNanos(Math.min(inNanos, RELOAD_AFTER.toNanos())));
        }
    }

    private void reloadLater(TopicPartition name) {
        later(
                () ->
                        slots.stream()
                                .filter(slot -> slot.topic().equals(name.topic()))
                                .forEach(slot -> slot.reload(name.partition())),
                RELOAD_AFTER);
    }

    private void later(Runnable work, Duration delay) {
        try {
            var _ =
                    thread.schedule(
                            () -> {
                                try {
                                    work.run();
                                } catch (RuntimeException | LinkageError e) {
                                    log.atError().setCause(e).log("coordinators lag behind");
                                }
                            },
                            delay.toNanos(),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.atDebug().setCause(e).log("closing: coordinators are not told any more");
        }
    }

    /// Requests that wait are answered, later ones refused. Before the shards are closed.
    @Override
    public void close() {
        try {
            if (subscription != null) {
                subscription.close();
            }
            thread.shutdown();
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.atWarn().log("coordinators are still busy: closed nevertheless");
            }
            for (CoordinatorSlot slot : slots) {
                slot.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("coordinators did not close in order");
        }
    }
}
