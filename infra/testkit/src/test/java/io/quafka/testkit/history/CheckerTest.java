package io.quafka.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.testkit.history.Op.Commit;
import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Exhaust;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Message;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Promise;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Resume;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Op.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// A history that may have been so passes; each bug planted into it is found and told with the
/// operations that show it.
class CheckerTest {
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 0);

    /// Operations one after the other, each of them two moments long.
    private static final class Script {
        private final List<Op> ops = new ArrayList<>();
        private long now;

        private Span next() {
            now += 10;
            return new Span(now, now + 2);
        }

        Script send(String by, TopicPartition to, String value, End end, long offset) {
            return put(by, to, value, Promise.IN_ORDER_ONCE, null, null, end, offset);
        }

        Script plain(String by, TopicPartition to, String value, End end, long offset) {
            return put(by, to, value, Promise.AT_LEAST_ONCE, null, null, end, offset);
        }

        Script in(String transaction, String by, TopicPartition to, String value, long offset) {
            return put(by, to, value, Promise.IN_ORDER_ONCE, transaction, null, End.DONE, offset);
        }

        Script made(String transaction, TopicPartition to, String value, long offset, Place of) {
            return put("c", to, value, Promise.IN_ORDER_ONCE, transaction, of, End.DONE, offset);
        }

        private Script put(
                String by,
                TopicPartition to,
                String value,
                Promise promise,
                @Nullable String transaction,
                @Nullable Place source,
                End end,
                long offset) {
            Message message = new Message(to, value, source);
            ops.add(new Send(by, next(), message, promise, transaction, end, offset));
            return this;
        }

        /// A transaction that began with the script, and whose commit is asked for now, or never.
        Script end(String name, String by, End end) {
            Span now = next();
            long ending = end == End.FAILED ? Transaction.NEVER : now.begunNanos();
            ops.add(new Transaction(by, new Span(ops.size(), now.endedNanos()), name, ending, end));
            return this;
        }

        Script poll(String by, Isolation isolation, Read... reads) {
            return pollIn(null, by, isolation, reads);
        }

        Script pollIn(@Nullable String transaction, String by, Isolation isolation, Read... reads) {
            ops.add(new Poll(by, next(), isolation, transaction, List.of(reads)));
            return this;
        }

        Script resume(String by, @Nullable String group, TopicPartition partition, long position) {
            ops.add(new Resume(by, next(), group, partition, position));
            return this;
        }

        Script commit(String by, TopicPartition partition, long offset, End end) {
            return commitIn(null, by, partition, offset, end);
        }

        Script commitIn(
                @Nullable String transaction,
                String by,
                TopicPartition partition,
                long offset,
                End end) {
            ops.add(new Commit(by, next(), "g", Map.of(partition, offset), transaction, end));
            return this;
        }

        Script exhaust(String by, Isolation isolation, TopicPartition partition, long end) {
            ops.add(new Exhaust(by, next(), isolation, partition, end));
            return this;
        }

        List<Violation> check() {
            return Checker.check(new History(ops));
        }
    }

    private static Read at(TopicPartition partition, long offset, String value) {
        return new Read(new Place(partition, offset), value);
    }

    /// Everything that may happen, all of it right.
    private static Script good() {
        return new Script()
                .send("p", A, "a0", End.DONE, 0)
                .send("p", A, "a1", End.DONE, 1)
                .send("p", A, "gone", End.UNKNOWN, Send.UNTOLD)
                .send("p", A, "there", End.UNKNOWN, Send.UNTOLD)
                .send("p", A, "refused", End.FAILED, Send.UNTOLD)
                .plain("q", A, "twice", End.DONE, 4)
                .in("t1", "t", A, "t1-a", 5)
                .in("t1", "t", B, "t1-b", 0)
                .poll("dirty", Isolation.UNCOMMITTED, at(B, 0, "t1-b"))
                .end("t1", "t", End.DONE)
                .in("t2", "t", B, "t2-b", 2)
                .end("t2", "t", End.FAILED)
                .in("t3", "t", B, "t3-b", Send.UNTOLD)
                .in("t3", "t", A, "t3-a", Send.UNTOLD)
                .end("t3", "t", End.UNKNOWN)
                .resume("m", "g", A, 0)
                .poll("m", Isolation.COMMITTED, at(A, 0, "a0"), at(A, 1, "a1"))
                .commit("m", A, 2, End.DONE)
                .poll("m", Isolation.COMMITTED, at(A, 2, "there"))
                .commit("m", A, 3, End.UNKNOWN)
                .resume("n", "g", A, 3)
                .poll("n", Isolation.COMMITTED, at(A, 3, "twice"), at(A, 4, "twice"))
                .resume("end", null, A, 0)
                .resume("end", null, B, 0)
                .poll("end", Isolation.COMMITTED, at(A, 0, "a0"), at(A, 1, "a1"))
                .poll("end", Isolation.COMMITTED, at(A, 2, "there"), at(A, 3, "twice"))
                .poll("end", Isolation.COMMITTED, at(A, 4, "twice"), at(A, 5, "t1-a"))
                .poll("end", Isolation.COMMITTED, at(B, 0, "t1-b"))
                .exhaust("end", Isolation.COMMITTED, A, 9)
                .exhaust("end", Isolation.COMMITTED, B, 5);
    }

    @Test
    void whatMayBeSoPasses() {
        assertThat(good().check()).isEmpty();
    }

    private record Planted(Property property, String name, Script script, String... told) {}

    private static List<Planted> planted() {
        Place source = new Place(B, 0);
        return List.of(
                new Planted(
                        Property.ONE_VALUE_PER_OFFSET,
                        "two readers saw different values",
                        good().poll("late", Isolation.UNCOMMITTED, at(A, 1, "a0")),
                        "a-0/1 = a1",
                        "poll (UNCOMMITTED) by late"),
                new Planted(
                        Property.ONE_VALUE_PER_OFFSET,
                        "acknowledged where another is",
                        good().plain("q", A, "over", End.DONE, 0),
                        "send by q",
                        "acknowledged at 0"),
                new Planted(
                        Property.NO_DUPLICATES,
                        "an idempotent record is there twice",
                        good().poll("late", Isolation.UNCOMMITTED, at(A, 9, "a1")),
                        "a-0/9 = a1",
                        "send by p"),
                new Planted(
                        Property.NO_LOST_WRITES,
                        "unread below what was read",
                        new Script()
                                .plain("q", A, "x", End.DONE, 0)
                                .plain("q", A, "y", End.DONE, 1)
                                .poll("r", Isolation.UNCOMMITTED, at(A, 1, "y")),
                        "of x to a-0: acknowledged at 0",
                        "poll (UNCOMMITTED) by r"),
                new Planted(
                        Property.NO_LOST_ACKNOWLEDGED,
                        "the last record is gone",
                        new Script()
                                .plain("q", A, "x", End.DONE, 0)
                                .plain("q", A, "y", End.DONE, 1)
                                .poll("r", Isolation.UNCOMMITTED, at(A, 0, "x"))
                                .exhaust("r", Isolation.UNCOMMITTED, A, 1),
                        "of y to a-0",
                        "was read (UNCOMMITTED) to its end 1 by r"),
                new Planted(
                        Property.NO_LOST_ACKNOWLEDGED,
                        "a committed transaction is gone",
                        new Script()
                                .in("t", "t", A, "x", Send.UNTOLD)
                                .end("t", "t", End.DONE)
                                .exhaust("r", Isolation.COMMITTED, A, 2),
                        "of x to a-0 in t",
                        "by r"),
                new Planted(
                        Property.NO_ABORTED_READS,
                        "an aborted record is read",
                        good().poll("late", Isolation.COMMITTED, at(B, 2, "t2-b")),
                        "transaction t2 by t",
                        "poll (COMMITTED) by late"),
                new Planted(
                        Property.NO_ABORTED_READS,
                        "a refused record is read",
                        good().poll("late", Isolation.UNCOMMITTED, at(A, 20, "refused")),
                        "send by p",
                        "poll (UNCOMMITTED) by late"),
                new Planted(
                        Property.NO_PRECOMMITTED_READS,
                        "read before the commit",
                        new Script()
                                .in("t", "t", A, "x", 0)
                                .poll("r", Isolation.COMMITTED, at(A, 0, "x"))
                                .end("t", "t", End.DONE),
                        "transaction t by t",
                        "poll (COMMITTED) by r"),
                new Planted(
                        Property.WHOLE_TRANSACTIONS,
                        "of an unknown one a part is there",
                        new Script()
                                .in("t", "t", A, "x", Send.UNTOLD)
                                .in("t", "t", B, "y", Send.UNTOLD)
                                .end("t", "t", End.UNKNOWN)
                                .poll("r", Isolation.COMMITTED, at(A, 0, "x"))
                                .exhaust("r", Isolation.COMMITTED, A, 2)
                                .exhaust("r", Isolation.COMMITTED, B, 2),
                        "1 of 2 records of t are missing to r",
                        "of y to b-0"),
                new Planted(
                        Property.NOTHING_MADE_UP,
                        "a value that nobody sent",
                        good().poll("late", Isolation.UNCOMMITTED, at(A, 20, "strange")),
                        "a-0/20 = strange",
                        "by late"),
                new Planted(
                        Property.NOTHING_MADE_UP,
                        "a value in another partition",
                        good().poll("late", Isolation.UNCOMMITTED, at(B, 20, "a0")),
                        "b-0/20 = a0"),
                new Planted(
                        Property.ASCENDING_READS,
                        "a reader goes back",
                        good().poll("dirty", Isolation.UNCOMMITTED, at(A, 1, "a1"))
                                .poll("dirty", Isolation.UNCOMMITTED, at(A, 0, "a0")),
                        "a-0/0 = a0 came when the next was to be 2",
                        "by dirty"),
                new Planted(
                        Property.CONTIGUOUS_READS,
                        "a reader jumps",
                        good().poll("dirty", Isolation.UNCOMMITTED, at(A, 0, "a0"))
                                .poll("dirty", Isolation.UNCOMMITTED, at(A, 2, "there")),
                        "a-0/1 = a1 was left out",
                        "by dirty"),
                new Planted(
                        Property.CONTIGUOUS_READS,
                        "a transaction's own reads jump",
                        good().pollIn("t4", "c", Isolation.COMMITTED, at(A, 0, "a0"))
                                .pollIn("t4", "c", Isolation.COMMITTED, at(A, 2, "there")),
                        "a-0/1 = a1 was left out",
                        "by c"),
                new Planted(
                        Property.CONTIGUOUS_READS,
                        "it begins behind its position",
                        good().resume("late", null, A, 0)
                                .poll("late", Isolation.COMMITTED, at(A, 1, "a1")),
                        "a-0/0 = a0 was left out",
                        "resume by late"),
                new Planted(
                        Property.WRITES_IN_ORDER,
                        "within a transaction",
                        new Script()
                                .in("t", "t", A, "x", 1)
                                .in("t", "t", A, "y", 0)
                                .end("t", "t", End.DONE),
                        "a-0/1 = x stands behind what was sent after it",
                        "of y to a-0 in t"),
                new Planted(
                        Property.WRITES_IN_ORDER,
                        "across",
                        new Script()
                                .send("p", A, "x", End.UNKNOWN, Send.UNTOLD)
                                .send("p", A, "y", End.DONE, 0)
                                .poll("r", Isolation.UNCOMMITTED, at(A, 0, "y"), at(A, 1, "x")),
                        "a-0/1 = x",
                        "send by p"),
                new Planted(
                        Property.COMMITTED_OFFSETS_STAY,
                        "a member reads again what was committed",
                        good().resume("late", "g", A, 0),
                        "a-0 of group g from 2 to 0",
                        "commit by m",
                        "resume by late"),
                new Planted(
                        Property.COMMITTED_OFFSETS_STAY,
                        "in a transaction",
                        new Script()
                                .commitIn("t", "c", A, 7, End.DONE)
                                .end("t", "c", End.DONE)
                                .resume("late", "g", A, 0),
                        "a-0 of group g from 7 to 0",
                        "in t",
                        "resume by late"),
                new Planted(
                        Property.RESUMED_WHERE_COMMITTED,
                        "a member leaves something out",
                        good().resume("late", "g", A, 6),
                        "a-0 at 6",
                        "resume by late"),
                new Planted(
                        Property.RESUMED_WHERE_COMMITTED,
                        "where a transaction was aborted",
                        new Script()
                                .commitIn("t", "c", A, 7, End.DONE)
                                .end("t", "c", End.FAILED)
                                .resume("late", "g", A, 7),
                        "a-0 at 7"),
                new Planted(
                        Property.PROCESSED_ONCE,
                        "two transactions of one source",
                        new Script()
                                .made("t1", A, "x", 0, source)
                                .end("t1", "c", End.DONE)
                                .made("t2", A, "y", 2, source)
                                .end("t2", "c", End.DONE),
                        "b-0/0",
                        "in t1",
                        "in t2"),
                new Planted(
                        Property.NO_READ_CYCLES,
                        "two transactions read each other",
                        new Script()
                                .in("t1", "t", A, "x", 0)
                                .in("t2", "u", B, "y", 0)
                                .pollIn("t1", "c", Isolation.COMMITTED, at(B, 0, "y"))
                                .pollIn("t2", "d", Isolation.COMMITTED, at(A, 0, "x"))
                                .end("t1", "t", End.DONE)
                                .end("t2", "u", End.DONE),
                        "t1 → t2",
                        "by c",
                        "by d"));
    }

    @TestFactory
    Stream<DynamicTest> eachPlantedBugIsFound() {
        return planted().stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.property() + ": " + each.name(),
                                () ->
                                        assertThat(each.script().check())
                                                .filteredOn(Violation::property, each.property())
                                                .isNotEmpty()
                                                .anySatisfy(violation ->
                                                        assertThat(violation.toString())
                                                                .contains(each.told())
                                                                .contains(
                                                                        each.property()
                                                                                .broken()))));
    }

    @Test
    void noPropertyIsWithoutAPlantedBug() {
        Set<Property> planted =
                planted().stream()
                        .map(Planted::property)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(planted).containsExactly(Property.values());
    }

    /// The end to read to is asked for before the polls that get there.
    @Test
    void aReaderThatGetsToTheEndLeftNothingOut() {
        Script script = new Script().plain("q", A, "x", End.DONE, 0).resume("r", null, A, 0);
        long begun = script.next().endedNanos();
        script.poll("r", Isolation.UNCOMMITTED, at(A, 0, "x"));
        Span span = new Span(begun, script.next().endedNanos());
        script.ops.add(new Exhaust("r", span, Isolation.UNCOMMITTED, A, 1));
        assertThat(script.check()).isEmpty();
    }

    /// What Kafka permits, though it looks odd.
    @Test
    void interleavedTransactionsPass() {
        assertThat(
                        new Script()
                                .in("t1", "t", A, "x1", 0)
                                .in("t2", "u", A, "y1", 1)
                                .in("t2", "u", B, "y2", 0)
                                .in("t1", "t", B, "x2", 1)
                                .end("t1", "t", End.DONE)
                                .poll("r", Isolation.COMMITTED, at(A, 0, "x1"))
                                .end("t2", "u", End.DONE)
                                .poll("r", Isolation.COMMITTED, at(A, 1, "y1"))
                                .poll("r", Isolation.COMMITTED, at(B, 0, "y2"), at(B, 1, "x2"))
                                .check())
                .isEmpty();
    }

    @Test
    void aRecorderNeverTellsTheSameMomentTwice() {
        Recorder recorder = new Recorder();
        long before = recorder.now();
        for (int i = 0; i < 1_000; i++) {
            long now = recorder.now();
            assertThat(now).isGreaterThan(before);
            before = now;
        }
        recorder.add(new Exhaust("r", recorder.since(before), Isolation.COMMITTED, A, 0));
        assertThat(recorder.history().ops()).hasSize(1);
    }
}
