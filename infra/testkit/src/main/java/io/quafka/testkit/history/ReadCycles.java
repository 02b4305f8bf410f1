package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Send;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Transactions that read each other's records in a circle, so that each would have had to commit
/// before the other.
final class ReadCycles {
    private ReadCycles() {}

    static void check(Records records, List<Violation> found) {
        // By writer: each reader, with the poll that shows it.
        Map<String, Map<String, Poll>> readers = new HashMap<>();
        records.history()
                .all(Poll.class)
                .filter(poll -> poll.transaction() != null)
                .forEach(poll -> {
                    for (Read read : poll.reads()) {
                        Send send = records.send(read.value());
                        if (send != null && send.transaction() != null) {
                            readers.computeIfAbsent(send.transaction(), _ -> new LinkedHashMap<>())
                                    .putIfAbsent(String.valueOf(poll.transaction()), poll);
                        }
                    }
                });
        Set<String> clear = new TreeSet<>();
        for (String start : new TreeSet<>(readers.keySet())) {
            List<String> cycle = cycleFrom(start, readers, clear);
            if (cycle != null) {
                found.add(told(records, cycle, readers));
                clear.addAll(cycle);
            }
        }
    }

    /// A walk in depth that takes no transaction twice.
    ///
    /// @param clear transactions that are on no cycle, or on one that was told; grows
    private static @Nullable List<String> cycleFrom(
            String start, Map<String, Map<String, Poll>> readers, Set<String> clear) {
        Deque<List<String>> open = new ArrayDeque<>();
        List<String> path = new ArrayList<>();
        open.push(List.of(start));
        Deque<Integer> nexts = new ArrayDeque<>();
        nexts.push(0);
        while (!open.isEmpty()) {
            List<String> choices = open.peek();
            int at = nexts.pop();
            if (at == choices.size()) {
                open.pop();
                if (!path.isEmpty()) {
                    clear.add(path.removeLast());
                }
                continue;
            }
            nexts.push(at + 1);
            String next = choices.get(at);
            int seen = path.indexOf(next);
            if (seen >= 0) {
                return List.copyOf(path.subList(seen, path.size()));
            }
            if (!clear.contains(next)) {
                path.add(next);
                open.push(List.copyOf(readers.getOrDefault(next, Map.of()).keySet()));
                nexts.push(0);
            }
        }
        return null;
    }

    private static Violation told(
            Records records, List<String> cycle, Map<String, Map<String, Poll>> readers) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < cycle.size(); i++) {
            String writer = cycle.get(i);
            String reader = cycle.get((i + 1) % cycle.size());
            Op transaction = records.transaction(writer);
            if (transaction != null) {
                ops.add(transaction);
            }
            Op poll = readers.getOrDefault(writer, Map.of()).get(reader);
            if (poll != null) {
                ops.add(poll);
            }
        }
        return new Violation(Property.NO_READ_CYCLES, String.join(" → ", cycle), ops);
    }
}
