package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Op.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A history by its records: who sent each, where it stands, who read it first.
final class Records {
    private final History history;
    private final Map<String, Send> sends = new HashMap<>();
    private final Map<String, Transaction> transactions = new HashMap<>();

    /// Whoever was first to tell what an offset holds.
    private final Map<TopicPartition, NavigableMap<Long, Witness>> logs = new HashMap<>();

    private final Map<String, Poll> firstReads = new HashMap<>();

    /// Values that readers of committed records got.
    private final Set<String> committedReads = new HashSet<>();

    /// @param op a poll, or a send that was acknowledged
    record Witness(Op op, Read read) {}

    Records(History history) {
        this.history = history;
        history.all(Transaction.class).forEach(each -> transactions.put(each.name(), each));
        history.all(Send.class).forEach(this::index);
        history.all(Poll.class).forEach(this::index);
    }

    private void index(Send send) {
        if (sends.put(send.value(), send) != null) {
            throw new IllegalArgumentException("two records with the value " + send.value());
        }
    }

    private void index(Poll poll) {
        for (Read read : poll.reads()) {
            firstReads.putIfAbsent(read.value(), poll);
            if (poll.isolation() == Isolation.COMMITTED) {
                committedReads.add(read.value());
            }
        }
    }

    History history() {
        return history;
    }

    @Nullable Send send(String value) {
        return sends.get(value);
    }

    /// The one that a record or offsets were part of, or null.
    @Nullable Transaction transaction(@Nullable String name) {
        return name == null ? null : transactions.get(name);
    }

    @Nullable Poll firstRead(String value) {
        return firstReads.get(value);
    }

    /// All that somebody tells to be at an offset: acknowledged sends and what was read.
    void forEachTold(BiConsumer<Op, Read> consumer) {
        for (Op op : history.ops()) {
            switch (op) {
                case Send send when send.end() == End.DONE && send.offset() != Send.UNTOLD ->
                        consumer.accept(
                                send,
                                new Read(new Place(send.partition(), send.offset()), send.value()));
                case Poll poll -> poll.reads().forEach(read -> consumer.accept(poll, read));
                case Op _ -> {}
            }
        }
    }

    /// @return who told another value of the same offset before, or null
    @Nullable Witness testify(Op op, Read read) {
        Witness before =
                logs.computeIfAbsent(read.place().partition(), _ -> new TreeMap<>())
                        .putIfAbsent(read.place().offset(), new Witness(op, read));
        return before == null || before.read().value().equals(read.value()) ? null : before;
    }

    /// What is known of a partition's offsets, once everybody testified.
    NavigableMap<Long, Witness> log(TopicPartition partition) {
        return logs.getOrDefault(partition, new TreeMap<>());
    }

    Map<TopicPartition, NavigableMap<Long, Witness>> logs() {
        return logs;
    }

    /// Whether it was acknowledged for good: in a transaction, by its commit.
    boolean acknowledged(Send send) {
        return send.transaction() == null
                ? send.end() == End.DONE
                : send.end() != End.FAILED && endOf(send.transaction()) == End.DONE;
    }

    /// Whether it counts: it was acknowledged for good, or read by a reader of committed records.
    boolean committed(Send send) {
        return acknowledged(send) || committedReads.contains(send.value());
    }

    /// When [#acknowledged] was known.
    long acknowledgedNanos(Send send) {
        Transaction transaction = transaction(send.transaction());
        return (transaction == null ? send : transaction).span().endedNanos();
    }

    /// How it ended; unknown where the history does not say.
    End endOf(String transaction) {
        Transaction found = transactions.get(transaction);
        return found == null ? End.UNKNOWN : found.end();
    }

    /// Whether a reader has to be given the record that somebody read elsewhere.
    boolean visible(String value, Isolation isolation) {
        Send send = sends.get(value);
        if (send == null || isolation == Isolation.UNCOMMITTED || send.transaction() == null) {
            return true;
        }
        return endOf(send.transaction()) == End.DONE || committedReads.contains(value);
    }

    /// Sends by the transaction they are part of.
    Map<String, List<Send>> byTransaction() {
        Map<String, List<Send>> found = new HashMap<>();
        for (Send send : sends.values()) {
            if (send.transaction() != null) {
                found.computeIfAbsent(send.transaction(), _ -> new ArrayList<>()).add(send);
            }
        }
        return found;
    }
}
