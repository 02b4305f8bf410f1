package io.quafka.testkit.history;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Something that a client did, with what it was told. A client's name is that of one instance: one
/// that is made anew after an error has another.
public sealed interface Op {
    /// The client's name.
    String by();

    Span span();

    /// How an operation ended, as far as its client knows.
    enum End {
        /// It was acknowledged.
        DONE,
        /// It was refused for good, or never asked for: it has no effect, now or later.
        FAILED,
        /// Nobody knows: it may have an effect.
        UNKNOWN
    }

    /// What the producer promises.
    enum Promise {
        /// A retry may double a record or overtake another.
        AT_LEAST_ONCE,
        /// Each record is there once at most, and a producer's records in the order in which they
        /// were sent.
        IN_ORDER_ONCE
    }

    /// Which records a reader asks for.
    enum Isolation {
        UNCOMMITTED,
        COMMITTED
    }

    /// A record on its way.
    ///
    /// @param value unlike any other in the history
    /// @param source the record that this one was made of, where there is one
    record Message(TopicPartition partition, String value, @Nullable Place source) {}

    /// @param transaction the name of the transaction that it is part of, or null
    /// @param offset where it was said to be; [#UNTOLD] where that was not told
    record Send(
            String by,
            Span span,
            Message message,
            Promise promise,
            @Nullable String transaction,
            End end,
            long offset)
            implements Op {
        public static final long UNTOLD = -1;

        TopicPartition partition() {
            return message.partition();
        }

        String value() {
            return message.value();
        }

        @Override
        public String toString() {
            return "send by %s at %s of %s to %s%s: %s"
                    .formatted(
                            by,
                            span,
                            value(),
                            partition(),
                            transaction == null ? "" : " in " + transaction,
                            end == End.DONE ? "acknowledged at " + offset : end);
        }
    }

    /// A transaction from its beginning to its outcome.
    ///
    /// @param endingNanos when its commit was asked for; [#NEVER] where it was not
    /// @param end DONE when its commit was acknowledged, FAILED when it was aborted, or its commit
    ///   never asked for
    record Transaction(String by, Span span, String name, long endingNanos, End end) implements Op {
        public static final long NEVER = Long.MAX_VALUE;

        @Override
        public String toString() {
            return "transaction %s by %s at %s: %s"
                    .formatted(
                            name,
                            by,
                            span,
                            switch (end) {
                                case DONE -> "committed";
                                case FAILED -> "aborted";
                                case UNKNOWN -> end;
                            });
        }
    }

    /// A record as it was read.
    record Read(Place place, String value) {
        @Override
        public String toString() {
            return place + " = " + value;
        }
    }

    /// What one poll brought, in the order in which it was handed over.
    ///
    /// @param transaction the name of the transaction within which it was read, or null
    record Poll(
            String by,
            Span span,
            Isolation isolation,
            @Nullable String transaction,
            List<Read> reads)
            implements Op {
        private static final int READS_TOLD = 4;

        public Poll {
            reads = List.copyOf(reads);
        }

        @Override
        public String toString() {
            return "poll (%s) by %s at %s: %d records, %s%s"
                    .formatted(
                            isolation,
                            by,
                            span,
                            reads.size(),
                            reads.subList(0, Math.min(READS_TOLD, reads.size())),
                            reads.size() > READS_TOLD ? "…" : "");
        }
    }

    /// A reader's position is set: it was given the partition, or sought.
    ///
    /// @param group whose committed offset it took, or null
    record Resume(
            String by, Span span, @Nullable String group, TopicPartition partition, long position)
            implements Op {
        @Override
        public String toString() {
            return "resume by %s at %s%s: %s from %d"
                    .formatted(
                            by,
                            span,
                            group == null ? "" : " in group " + group,
                            partition,
                            position);
        }
    }

    /// Offsets are committed to a group: the next ones to read.
    ///
    /// @param transaction the name of the transaction with which they come true, or null
    record Commit(
            String by,
            Span span,
            String group,
            Map<TopicPartition, Long> offsets,
            @Nullable String transaction,
            End end)
            implements Op {
        public Commit {
            offsets = Map.copyOf(offsets);
        }

        @Override
        public String toString() {
            return "commit by %s at %s to group %s of %s%s: %s"
                    .formatted(
                            by,
                            span,
                            group,
                            offsets,
                            transaction == null ? "" : " in " + transaction,
                            end);
        }
    }

    /// A reader had read a partition from its start to the end that it had when the span began.
    record Exhaust(String by, Span span, Isolation isolation, TopicPartition partition, long end)
            implements Op {
        @Override
        public String toString() {
            return "%s was read (%s) to its end %d by %s at %s"
                    .formatted(partition, isolation, end, by, span);
        }
    }
}
