package io.quafka.gateway;

import io.quafka.storage.FetchReply;
import io.quafka.storage.History;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One fetch over several storage nodes, in rounds.
///
/// 1. The first round asks every node for what it has now.
/// 2. With too little, no error, and time left, everything read is given back and a round follows
///    in which every node waits for data, but no longer than [#ROUND_WAIT_MS].
/// 3. A waiting round ends with the first node that has enough; what the others told last stands
///    for them, and their late answers are given back. That is what the short wait is for: a busy
///    node must not leave long polls behind on the idle ones with every fetch.
///
/// Nodes may together send more than the client's `maxBytes`: what does not fit is left out and
/// read again next time.
final class FetchFanOut {
    /// How long a node waits for data within one round.
    static final int ROUND_WAIT_MS = 100;

    /// A node is asked for an equal share of the client's `maxBytes`, but for no less than this.
    static final int SHARE_BYTES_MIN = 1 << 20;

    private final FetchRequestData asked;
    private final FetchPlan plan;
    private final InstantSource clock;
    private final List<FetchPlan.Part> parts;
    private final long deadlineMs;
    private final int shareBytes;
    private final @Nullable PartitionData[] latest;
    private final CompletableFuture<FetchedAnswers> result = new CompletableFuture<>();

    FetchFanOut(FetchRequestData asked, FetchPlan plan, InstantSource clock) {
        this.asked = asked;
        this.plan = plan;
        this.clock = clock;
        this.parts = List.copyOf(plan.parts());
        this.deadlineMs = clock.millis() + asked.maxWaitMs();
        this.shareBytes =
                Math.max(
                        asked.maxBytes() / parts.size(),
                        Math.min(asked.maxBytes(), SHARE_BYTES_MIN));
        this.latest = plan.newAnswers();
    }

    /// Never fails for a node's sake: its partitions get an error that clients retry.
    CompletableFuture<FetchedAnswers> run() {
        new Round(0).start();
        return result;
    }

    private final class Round {
        private final int waitMs;
        private final @Nullable PartitionData[] answers = plan.newAnswers();
        private final List<Runnable> releases = new ArrayList<>();
        private boolean failed = plan.anyAtOnce();
        private boolean over;
        private int missing = parts.size();
        private long bytes;

        Round(int waitMs) {
            this.waitMs = waitMs;
        }

        void start() {
            for (FetchPlan.Part part : parts) {
                part.node
                        .fetch(part.request(asked, waitMs, asked.minBytes(), shareBytes))
                        .whenComplete((reply, failure) -> arrived(part, reply, failure));
            }
        }

        private void arrived(
                FetchPlan.Part part, @Nullable FetchReply reply, @Nullable Throwable failure) {
            try {
                if (take(part, reply, failure)) {
                    conclude();
                }
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }

        /// @return true exactly once: when this answer ends the round
        private synchronized boolean take(
                FetchPlan.Part part, @Nullable FetchReply reply, @Nullable Throwable failure) {
            missing--;
            if (over) {
                if (reply != null) {
                    reply.release().run();
                }
                return false;
            }
            if (reply == null) {
                refuse(part, failure);
            } else {
                releases.add(reply.release());
                count(reply);
                part.place(reply.data(), answers);
            }
            boolean enough = waitMs > 0 && (failed || bytes >= asked.minBytes());
            over = enough || missing == 0;
            return over;
        }

        private void refuse(FetchPlan.Part part, @Nullable Throwable failure) {
            Errors error = failure == null ? Errors.UNKNOWN_SERVER_ERROR : Failures.ofRead(failure);
            for (int slot : part.slots()) {
                answers[slot] =
                        FetchedAnswers.refused(plan.partitions().get(slot).key.partition(), error);
            }
            failed = true;
        }

        private void count(FetchReply reply) {
            for (FetchableTopicResponse topic : reply.data().responses()) {
                for (PartitionData partition : topic.partitions()) {
                    bytes += FetchedAnswers.bytes(partition);
                    // History is there, and what it brings is known only when it was read.
                    failed |=
                            partition.errorCode() != Errors.NONE.code() || History.isIn(partition);
                }
            }
        }

        /// Runs after the round's last change, on the thread that made it.
        private void conclude() {
            long leftMs = deadlineMs - clock.millis();
            if (failed || bytes >= asked.minBytes() || leftMs <= 0) {
                finish();
                return;
            }
            for (int slot = 0; slot < answers.length; slot++) {
                PartitionData answer = answers[slot];
                if (answer != null) {
                    latest[slot] = FetchedAnswers.stripped(answer);
                }
            }
            releases.forEach(Runnable::run);
            new Round((int) Math.min(leftMs, ROUND_WAIT_MS)).start();
        }

        private void finish() {
            long total = 0;
            for (int slot = 0; slot < answers.length; slot++) {
                PartitionData answer = answers[slot];
                if (answer == null) {
                    answers[slot] = latest[slot];
                    continue;
                }
                int size = FetchedAnswers.bytes(answer);
                if (size > 0 && total > 0 && total + size > asked.maxBytes()) {
                    answers[slot] = FetchedAnswers.stripped(answer);
                } else {
                    total += size;
                }
            }
            var released = new AtomicBoolean();
            result.complete(
                    new FetchedAnswers(
                            plan.partitions(),
                            answers,
                            () -> {
                                if (released.compareAndSet(false, true)) {
                                    releases.forEach(Runnable::run);
                                }
                            }));
        }
    }
}
