package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.Promise;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Records.Witness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.apache.kafka.common.TopicPartition;

/// What producers may rely on.
final class WriteChecks {
    private WriteChecks() {}

    /// Has everybody testify, too.
    static void oneValuePerOffset(Records records, List<Violation> found) {
        records.forEachTold((op, read) -> {
            Witness other = records.testify(op, read);
            if (other != null) {
                found.add(
                        Violation.of(
                                Property.ONE_VALUE_PER_OFFSET,
                                other.read() + " and " + read,
                                other.op(),
                                op));
            }
        });
    }

    static void noDuplicates(Records records, List<Violation> found) {
        Map<String, Witness> seen = new HashMap<>();
        for (NavigableMap<Long, Witness> log : records.logs().values()) {
            for (Witness witness : log.values()) {
                Witness other = seen.putIfAbsent(witness.read().value(), witness);
                Send send = records.send(witness.read().value());
                if (other != null && send != null && send.promise() == Promise.IN_ORDER_ONCE) {
                    found.add(
                            Violation.of(
                                    Property.NO_DUPLICATES,
                                    other.read() + " and " + witness.read(),
                                    send,
                                    other.op(),
                                    witness.op()));
                }
            }
        }
    }

    /// A producer and the partition it writes to.
    private record Lane(String by, TopicPartition partition) {}

    static void inOrder(Records records, List<Violation> found) {
        for (NavigableMap<Long, Witness> log : records.logs().values()) {
            Map<Lane, Send> lasts = new HashMap<>();
            for (Witness witness : log.values()) {
                Send send = records.send(witness.read().value());
                if (send == null || send.promise() != Promise.IN_ORDER_ONCE) {
                    continue;
                }
                Send last = lasts.put(new Lane(send.by(), send.partition()), send);
                if (last != null && last.span().begunNanos() > send.span().begunNanos()) {
                    found.add(
                            Violation.of(
                                    Property.WRITES_IN_ORDER,
                                    witness.read() + " stands behind what was sent after it",
                                    send,
                                    last));
                }
            }
        }
    }

    static void processedOnce(Records records, List<Violation> found) {
        Map<Place, Send> firsts = new HashMap<>();
        records.history()
                .all(Send.class)
                .filter(send -> send.transaction() != null && records.committed(send))
                .forEach(send -> {
                    Place source = send.message().source();
                    Send first = source == null ? null : firsts.putIfAbsent(source, send);
                    if (first != null) {
                        found.add(
                                Violation.of(
                                        Property.PROCESSED_ONCE,
                                        String.valueOf(source),
                                        first,
                                        send));
                    }
                });
    }
}
