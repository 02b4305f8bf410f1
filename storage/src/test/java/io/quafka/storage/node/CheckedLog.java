package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.StoredBatches;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/// One topic as clients have it that try again until it works: a producer that appends each record
/// once and in order, and a reader that reads on. So each record's offset is its number, and a
/// record that is not what it should be, or not there any more, is noticed at once.
///
/// One thread appends, another reads; others ask how far they are.
final class CheckedLog {
    private static final Duration TAKEN_MAX = Duration.ofSeconds(60);
    private static final long RETRY_MS = 10;
    private static final int LARGE_ONE_IN = 8;
    private static final int LARGE_BYTES = 100_000;

    /// What a client is to try again after.
    private static final Set<Errors> PASSING =
            EnumSet.of(
                    Errors.NOT_LEADER_OR_FOLLOWER,
                    Errors.LEADER_NOT_AVAILABLE,
                    Errors.NOT_ENOUGH_REPLICAS,
                    Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    Errors.KAFKA_STORAGE_ERROR,
                    Errors.REQUEST_TIMED_OUT);

    private final ReplicatedCluster cluster;
    private final Topic topic;
    private final long producerId;
    private final boolean bulky;
    private volatile int acknowledged;
    private volatile long position;

    /// What the log begins at, at least: deletions up to here were confirmed.
    private volatile long deleted;

    /// What the log begins at, at most: deletions up to here were asked for.
    private volatile long doomed;

    /// Of small records.
    CheckedLog(ReplicatedCluster cluster, Topic topic) {
        this(cluster, topic, false);
    }

    /// @param bulky whether some of the records are large, so that there are many segments
    CheckedLog(ReplicatedCluster cluster, Topic topic, boolean bulky) {
        this.cluster = cluster;
        this.topic = topic;
        this.producerId = cluster.producerId();
        this.bulky = bulky;
    }

    Topic topic() {
        return topic;
    }

    /// How many records were acknowledged.
    int acknowledged() {
        return acknowledged;
    }

    private String value(long number) {
        boolean large = bulky && Math.floorMod(number * 31, LARGE_ONE_IN) == 0;
        return "v" + number + (large ? "-".repeat(LARGE_BYTES) : "");
    }

    void append(int records) throws InterruptedException {
        for (int i = 0; i < records; i++) {
            int number = acknowledged;
            send(number);
            acknowledged = number + 1;
        }
    }

    /// The last record, sent once more, is known still.
    void requireLastKnown() throws InterruptedException {
        send(acknowledged - 1);
    }

    private void send(int number) throws InterruptedException {
        long deadline = System.nanoTime() + TAKEN_MAX.toNanos();
        while (true) {
            PartitionProduceResponse answer =
                    cluster.produce(
                            topic,
                            StoredBatches.idempotent(
                                    producerId,
                                    0,
                                    number,
                                    System.currentTimeMillis(),
                                    value(number)));
            Errors error = Errors.forCode(answer.errorCode());
            if (error == Errors.NONE) {
                assertThat(answer.baseOffset())
                        .as("offset of %s's record %d", topic.name(), number)
                        .isEqualTo(number);
                return;
            }
            if (!PASSING.contains(error) || System.nanoTime() > deadline) {
                throw new AssertionError(
                        "%s's record %d was not taken: %s %s, %s"
                                .formatted(
                                        topic.name(),
                                        number,
                                        error,
                                        answer.errorMessage(),
                                        cluster.state(topic)));
            }
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        }
    }

    /// Has records go, up to one that was acknowledged; it may work or not.
    void delete(long before) throws Exception {
        doomed = Math.max(doomed, before);
        if (cluster.tryDeleteRecords(topic, before)) {
            deleted = Math.max(deleted, before);
        }
    }

    /// Reads on from where it was, once.
    ///
    /// @return whether there was anything to be had
    boolean readOn() throws InterruptedException {
        long at = position;
        long written = acknowledged;
        NodeUnderTest.Fetched fetched = cluster.fetch(topic, at);
        if (PASSING.contains(fetched.error())) {
            return false;
        }
        if (fetched.error() == Errors.OFFSET_OUT_OF_RANGE && at < doomed) {
            position = Math.max(at + 1, deleted);
            return true;
        }
        require(fetched, at);
        assertThat(fetched.values().isEmpty() && at < written)
                .as("%s was acknowledged up to %d, and read at %d", topic.name(), written, at)
                .isFalse();
        position = at + fetched.values().size();
        return !fetched.values().isEmpty();
    }

    private void require(NodeUnderTest.Fetched fetched, long at) {
        assertThat(fetched.error())
                .as("%s, read at %d: %s", topic.name(), at, cluster.state(topic))
                .isEqualTo(Errors.NONE);
        require(fetched.values(), at, at + fetched.values().size());
    }

    private void require(List<String> values, long from, long to) {
        assertThat(values.stream().map(CheckedLog::brief).toList())
                .as(topic.name())
                .isEqualTo(
                        LongStream.range(from, to)
                                .mapToObj(i -> brief(i + "=" + value(i)))
                                .toList());
    }

    /// So that it can be told when it is wrong.
    private static String brief(String record) {
        int filler = record.indexOf('-');
        return filler < 0 ? record : record.substring(0, filler) + " and " + record.length();
    }

    /// Whoever leads has all that was acknowledged, and nothing else.
    void requireAll() throws Exception {
        long start = cluster.logStart(topic);
        assertThat(start).as("start of %s", topic.name()).isBetween(deleted, doomed);
        require(cluster.read(topic, start), start, acknowledged);
    }
}
