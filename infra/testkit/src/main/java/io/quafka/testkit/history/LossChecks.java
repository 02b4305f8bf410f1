package io.quafka.testkit.history;

import static java.util.stream.Collectors.groupingBy;

import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Exhaust;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Op.Transaction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// What was acknowledged is there.
final class LossChecks {
    private LossChecks() {}

    /// Holds without anybody reading to the end.
    static void lostWrites(Records records, List<Violation> found) {
        Map<TopicPartition, Read> highest = new HashMap<>();
        Map<TopicPartition, Poll> readers = new HashMap<>();
        records.history()
                .all(Poll.class)
                .forEach(poll -> {
                    for (Read read : poll.reads()) {
                        TopicPartition partition = read.place().partition();
                        Read before = highest.get(partition);
                        if (before == null || before.place().offset() < read.place().offset()) {
                            highest.put(partition, read);
                            readers.put(partition, poll);
                        }
                    }
                });
        records.history()
                .all(Send.class)
                .filter(send -> records.acknowledged(send) && send.offset() != Send.UNTOLD)
                .filter(send -> records.firstRead(send.value()) == null)
                .forEach(send -> {
                    Read top = highest.get(send.partition());
                    Poll reader = readers.get(send.partition());
                    if (top != null && reader != null && send.offset() <= top.place().offset()) {
                        found.add(
                                Violation.of(
                                        Property.NO_LOST_WRITES,
                                        send.value() + ", and " + top.place() + " was read",
                                        send,
                                        reader));
                    }
                });
    }

    static void missingAtTheEnd(Records records, List<Violation> found) {
        Map<TopicPartition, List<Send>> sends =
                records.history()
                        .all(Send.class)
                        .filter(records::acknowledged)
                        .collect(groupingBy(Send::partition));
        Map<String, Set<String>> readers = valuesOfWhoExhausted(records);
        records.history()
                .all(Exhaust.class)
                .forEach(exhaust -> {
                    Set<String> read = readers.getOrDefault(exhaust.by(), Set.of());
                    for (Send send : sends.getOrDefault(exhaust.partition(), List.of())) {
                        if (!read.contains(send.value())
                                && records.acknowledgedNanos(send) < exhaust.span().begunNanos()) {
                            found.add(
                                    Violation.of(
                                            Property.NO_LOST_ACKNOWLEDGED,
                                            send.value(),
                                            send,
                                            exhaust));
                        }
                    }
                });
    }

    /// Of each transaction that was over by then, a reader of committed records got all or nothing.
    static void wholeTransactions(Records records, List<Violation> found) {
        Map<String, Set<String>> readers = valuesOfWhoExhausted(records);
        Map<String, List<Exhaust>> exhausts =
                records.history()
                        .all(Exhaust.class)
                        .filter(each -> each.isolation() == Isolation.COMMITTED)
                        .collect(groupingBy(Exhaust::by));
        Map<String, List<Send>> byTransaction = records.byTransaction();
        exhausts.forEach((reader, ends) -> {
            Map<TopicPartition, Exhaust> partitions = new HashMap<>();
            ends.forEach(end -> partitions.put(end.partition(), end));
            Set<String> read = readers.getOrDefault(reader, Set.of());
            byTransaction.forEach((name, all) -> {
                Transaction transaction = records.transaction(name);
                if (transaction == null || transaction.end() == End.FAILED) {
                    return;
                }
                List<Send> due =
                        all.stream()
                                .filter(send -> {
                                    Exhaust end = partitions.get(send.partition());
                                    return send.end() != End.FAILED
                                            && end != null
                                            && transaction.span().precedes(end.span());
                                })
                                .toList();
                List<Send> missing =
                        due.stream().filter(send -> !read.contains(send.value())).toList();
                if (!missing.isEmpty() && missing.size() < due.size()) {
                    Send there =
                            due.stream()
                                    .filter(send -> read.contains(send.value()))
                                    .findFirst()
                                    .orElseThrow();
                    found.add(
                            Violation.of(
                                    Property.WHOLE_TRANSACTIONS,
                                    "%d of %d records of %s are missing to %s"
                                            .formatted(missing.size(), due.size(), name, reader),
                                    transaction,
                                    missing.getFirst(),
                                    there,
                                    ends.getFirst()));
                }
            });
        });
    }

    private static Map<String, Set<String>> valuesOfWhoExhausted(Records records) {
        Map<String, Set<String>> values = new HashMap<>();
        records.history()
                .all(Exhaust.class)
                .forEach(each -> values.put(each.by(), new HashSet<>()));
        records.history()
                .all(Poll.class)
                .forEach(poll -> {
                    Set<String> read = values.get(poll.by());
                    if (read != null) {
                        poll.reads().forEach(each -> read.add(each.value()));
                    }
                });
        return values;
    }
}
