package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Exhaust;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Promise;
import io.quafka.testkit.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/// The clients of a run: producers without idempotence, with it, with transactions, those that copy
/// from topic to topic, groups of both protocols, and readers of everything.
final class Workload {
    private static final int PARTITIONS = 3;
    private static final String PLAIN = "plain";
    private static final String ONCE = "once";
    private static final String TRANSACTIONS = "transactions";
    private static final String COPIES = "copies";

    /// Nothing expires; what was tiered leaves the disks.
    private static final Map<String, String> CONFIGS =
            Map.of("retention.ms", "-1", "local.retention.ms", "10000");

    private final Surroundings surroundings;
    private final List<Actor> actors = new ArrayList<>();
    private final List<String> transactionalIds = new ArrayList<>();

    Workload(Surroundings surroundings, long seed) {
        this.surroundings = surroundings;
        Random random = new Random(seed);
        List<TopicPartition> plain = partitions(PLAIN);
        List<TopicPartition> once = partitions(ONCE);
        List<TopicPartition> transactions = partitions(TRANSACTIONS);
        List<TopicPartition> copies = partitions(COPIES);
        add("plain-0", random, new Writer(plain, Promise.AT_LEAST_ONCE));
        for (int i = 0; i < 2; i++) {
            add("once-" + i, random, new Writer(once, Promise.IN_ORDER_ONCE));
        }
        for (int i = 0; i < 2; i++) {
            String id = "teller-" + i;
            transactionalIds.add(id);
            // Some of its partitions others write to without transactions.
            add(
                    id,
                    random,
                    new TransactionalWriter(
                            Stream.concat(transactions.stream(), once.stream().limit(1)).toList()));
        }
        String copying = random.nextBoolean() ? "classic" : "consumer";
        for (int i = 0; i < 2; i++) {
            String id = "copier-" + i;
            transactionalIds.add(id);
            add(id, random, new Copier(TRANSACTIONS, copies, copying));
        }
        for (String protocol : List.of("classic", "consumer")) {
            for (int i = 0; i < 2; i++) {
                add(
                        protocol + "-member-" + i,
                        random,
                        new GroupMember("g-" + protocol, List.of(PLAIN, ONCE), protocol));
            }
        }
        for (Isolation isolation : Isolation.values()) {
            add("watcher-" + isolation, random, new Watcher(all(), isolation));
        }
    }

    private void add(String name, Random seeds, Work work) {
        actors.add(new Actor(name, surroundings, seeds.nextLong(), work));
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)).toList();
    }

    private static List<TopicPartition> all() {
        return Stream.of(PLAIN, ONCE, TRANSACTIONS, COPIES)
                .flatMap(topic -> partitions(topic).stream())
                .toList();
    }

    void createTopics(int replicationFactor) throws InterruptedException, ExecutionException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", surroundings.bootstrap().get()))) {
            replicate(admin, replicationFactor);
            admin.createTopics(
                            Stream.of(PLAIN, ONCE, TRANSACTIONS, COPIES)
                                    .map(name ->
                                            new NewTopic(
                                                            name,
                                                            PARTITIONS,
                                                            (short) replicationFactor)
                                                    .configs(CONFIGS))
                                    .toList())
                    .all()
                    .get();
        }
    }

    /// From here on of all topics, those of groups and transactions too: what is acknowledged is on
    /// all replicas but one at least.
    private static void replicate(Admin admin, int factor)
            throws InterruptedException, ExecutionException {
        List<AlterConfigOp> changes =
                Stream.of(
                                new ConfigEntry("storage.replication.factor.max", "" + factor),
                                new ConfigEntry("default.replication.factor", "" + factor),
                                new ConfigEntry(
                                        "min.insync.replicas", "" + Math.max(1, factor - 1)))
                        .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
                        .toList();
        admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.BROKER, ""), changes))
                .all()
                .get();
    }

    void start() {
        actors.forEach(Actor::start);
    }

    /// What each client got done so far, by name.
    Map<String, Long> successes() {
        Map<String, Long> all = new LinkedHashMap<>();
        actors.forEach(actor -> all.put(actor.name(), actor.successes()));
        return all;
    }

    /// @param stuck clients that got nothing done in time
    /// @param last those of the others that took longest; none if all were fast
    record Progress(List<String> stuck, List<String> last) {}

    /// Waits until each client got something done since then.
    Progress awaitProgress(Map<String, Long> since, Duration max) {
        long deadline = System.nanoTime() + max.toNanos();
        List<String> last = List.of();
        while (true) {
            List<String> stuck =
                    actors.stream()
                            .filter(actor ->
                                    actor.successes() <= since.getOrDefault(actor.name(), 0L))
                            .map(Actor::name)
                            .toList();
            if (stuck.isEmpty() || System.nanoTime() > deadline) {
                return new Progress(stuck, stuck.isEmpty() ? last : List.of());
            }
            last = stuck;
            Actor.pause(Duration.ofMillis(100));
        }
    }

    /// Has all finish, and ends what their transactions left open.
    ///
    /// @return what went wrong
    List<String> finish(Duration max) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        actors.forEach(Actor::finish);
        for (Actor actor : actors) {
            if (!actor.join(max)) {
                problems.add(actor.name() + " does not end");
            }
            Throwable failure = actor.failure();
            if (failure != null) {
                problems.add(actor.name() + " failed: " + failure);
            }
        }
        for (String id : transactionalIds) {
            try (KafkaProducer<String, String> producer =
                    surroundings.producer(
                            Map.of("transactional.id", id, "max.block.ms", "60000"))) {
                producer.initTransactions();
            } catch (KafkaException e) {
                problems.add("the transactions of " + id + " cannot be ended: " + e);
            }
        }
        return problems;
    }

    /// Reads everything from start to end, as either kind of reader.
    ///
    /// @return what went wrong
    List<String> readToEnd(Duration max) {
        List<String> problems = new ArrayList<>();
        for (Isolation isolation : Isolation.values()) {
            try {
                readToEnd("end-" + isolation, isolation, max);
            } catch (KafkaException | AssertionError e) {
                problems.add("the partitions cannot be read to their end: " + e);
            }
        }
        return problems;
    }

    private void readToEnd(String by, Isolation isolation, Duration max) {
        Recorder recorder = surroundings.recorder();
        try (Reading reading = new Reading(surroundings, by, isolation, null, Map.of())) {
            reading.assign(all());
            long begun = recorder.now();
            Map<TopicPartition, Long> ends = reading.consumer().endOffsets(all());
            long deadline = System.nanoTime() + max.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(end -> reading.consumer().position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(by + " did not get to " + ends + " in " + max);
                }
                reading.poll(null);
            }
            ends.forEach((partition, end) ->
                    recorder.add(
                            new Exhaust(by, recorder.since(begun), isolation, partition, end)));
        }
    }
}
