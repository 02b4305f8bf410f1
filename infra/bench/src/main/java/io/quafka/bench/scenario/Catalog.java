package io.quafka.bench.scenario;

import io.quafka.bench.broker.Broker;
import io.quafka.bench.broker.KafkaBroker;
import io.quafka.bench.broker.KafkaCluster;
import io.quafka.bench.broker.QuafkaBroker;
import io.quafka.bench.broker.QuafkaBrokers;
import io.quafka.bench.broker.QuafkaCluster;
import io.quafka.bench.report.Metric;
import io.quafka.bench.report.Target;
import io.quafka.bench.report.Target.AtMost;
import io.quafka.bench.report.Target.ExcessAtMost;
import io.quafka.bench.report.Target.MoreByAtMost;
import io.quafka.bench.report.Target.RatioAtLeast;
import io.quafka.bench.report.Target.RatioAtMost;
import java.util.List;
import java.util.Map;

/// All scenarios with their targets.
public final class Catalog {
    private static final int KIBIBYTE = 1024;
    private static final int SMALL_RECORD = 100;
    private static final int EQUAL_BATCH = 16 * KIBIBYTE;
    private static final int PACED_RATE = 2_000;
    private static final int TRANSACTION_RECORDS = 100;
    private static final int COMMIT_RATE = 5_000;
    private static final int MEMBERS = 1_000;
    private static final int GROUPS = 100;

    private static final Broker KAFKA = KafkaBroker.standard();
    private static final Broker KAFKA_FLUSHING = KafkaBroker.flushing();
    private static final Broker QUAFKA = QuafkaBroker.standard();
    private static final Broker KAFKA_CLUSTER = new KafkaCluster("Kafka, 3 brokers");
    private static final Broker QUAFKA_BROKERS = new QuafkaBrokers("Quafka, 3 brokers");
    private static final Broker QUAFKA_ROLES =
            new QuafkaCluster("Quafka, 3 storage nodes", (short) 3);

    /// The names of what `quick` runs.
    public static final List<String> QUICK =
            List.of("start", "produce-1", "produce-100b", "consume-1", "paced", "synchronous");

    private Catalog() {}

    /// All scenarios, in the order of a full run.
    public static List<Scenario> all() {
        return List.of(
                new StartScenario(
                        kafka(
                                "start",
                                "First start to first metadata answer, then ten idle seconds.",
                                1,
                                new AtMost(Metric.START_METADATA, 1.5),
                                new AtMost(Metric.START_CPU, 3),
                                new AtMost(Metric.IDLE_RESIDENT, 300))),
                produce("produce-1", 1, cpuAtMost(0.5)),
                produce("produce-16", 16, cpuAtMost(0.5)),
                produce("produce-1000", 1_000, cpuAtMost(0.6)),
                produce(
                        "produce-5000",
                        5_000,
                        new RatioAtMost(Metric.CPU_PER_GIB, 0.1),
                        new AtMost(Metric.OPEN_FILES, 500),
                        new AtMost(Metric.HEAP_COMMITTED, 512)),
                new FirstMinuteScenario(
                        kafka(
                                "first-minute-5000",
                                "1 KiB records into 5,000 partitions just created, warm broker.",
                                5_000,
                                new RatioAtLeast(Metric.THROUGHPUT, 10),
                                new RatioAtMost(Metric.CPU_PER_GIB, 0.1)),
                        KIBIBYTE),
                new ProduceScenario(
                        kafka(
                                "produce-256k",
                                "1 KiB records, 1 partition, batches of 256 KiB.",
                                1,
                                new RatioAtLeast(Metric.THROUGHPUT, 1),
                                cpuAtMost(0.8)),
                        KIBIBYTE,
                        Map.of("batch.size", "262144")),
                new ProduceScenario(
                        kafka(
                                "produce-100b",
                                "100-byte records, 1 partition, batches of 64 KiB.",
                                1,
                                new RatioAtLeast(Metric.THROUGHPUT, 1),
                                cpuAtMost(0.7)),
                        SMALL_RECORD,
                        Map.of("batch.size", "65536")),
                flushing("produce-1-flush", 1, new RatioAtLeast(Metric.THROUGHPUT, 5)),
                flushing("produce-1000-flush", 1_000, new RatioAtLeast(Metric.THROUGHPUT, 4)),
                percentages(),
                quotas(),
                consume("consume-1", 1),
                consume("consume-16", 16),
                new PacedScenario(
                        kafka(
                                "paced",
                                "1 KiB records, 1 partition, 2,000 records a second.",
                                1,
                                new RatioAtMost(Metric.LATENCY_P99, 1)),
                        KIBIBYTE,
                        PACED_RATE),
                new SynchronousScenario(
                        kafka(
                                "synchronous",
                                "1 KiB records, 1 partition, one at a time.",
                                1,
                                new ExcessAtMost(Metric.LATENCY_P50, Metric.FDATASYNC_P50)),
                        KIBIBYTE),
                equalBatches(),
                new EqualBatchScenario(
                        kafka(
                                "equal-batches-16",
                                "Batches of 16 KiB, 16 partitions, our own load.",
                                16),
                        EQUAL_BATCH),
                new TopicCreationScenario(
                        kafka(
                                "topic-10000",
                                "A topic of 10,000 partitions: created, and written everywhere.",
                                10_000,
                                new AtMost(Metric.CREATE_WRITABLE, 1),
                                new AtMost(Metric.OPEN_FILES, 500),
                                new AtMost(Metric.HEAP_COMMITTED, 512))),
                new TopicCreationScenario(
                        kafka(
                                "topic-1000",
                                "A topic of 1,000 partitions: created, and written everywhere.",
                                1_000)),
                new RestartScenario(
                        kafka(
                                "restart",
                                "kill -9 under load with 1,000 partitions, then a start on the same data.",
                                1_000,
                                new AtMost(Metric.RESTART_PRODUCE, 3))),
                new TransactionScenario(
                        kafka(
                                "transactions",
                                "1 KiB records, 4 partitions, transactions of 100 records, one producer.",
                                4,
                                new RatioAtLeast(Metric.TRANSACTIONS, 1)),
                        KIBIBYTE,
                        TRANSACTION_RECORDS),
                new OffsetCommitScenario(
                        kafka(
                                "offset-commits",
                                "5,000 commits a second, of one partition each, by 100 groups.",
                                1,
                                new AtMost(Metric.LATENCY_P99, 20)),
                        COMMIT_RATE),
                new RebalanceScenario(
                        kafka(
                                "rebalance-1000",
                                "1,000 members of one group join again at once (classic protocol).",
                                1,
                                new AtMost(Metric.REBALANCE_MAX, 5)),
                        MEMBERS),
                new GroupLoadScenario(
                        kafka(
                                "group-load",
                                "kill -9 with 10,000 offsets of 100 groups, each committed ten times, then a start.",
                                100,
                                new AtMost(Metric.GROUPS_LOADED, 1)),
                        GROUPS),
                tieredProduce(),
                coldNeighbour(),
                replicated(
                        QUAFKA_BROKERS,
                        "replicated-16",
                        "three replicas, 1 KiB records, 16 partitions, batches of 256 KiB",
                        16,
                        Map.of("batch.size", "262144")),
                replicated(
                        QUAFKA_BROKERS,
                        "replicated-1",
                        "three replicas, 1 KiB records, 1 partition, the producer's default batches",
                        1,
                        Map.of()),
                replicated(
                        QUAFKA_ROLES,
                        "replicated-roles",
                        "three replicas, a process for each role, 1 KiB records, 16 partitions, batches of 256 KiB",
                        16,
                        Map.of("batch.size", "262144")),
                new SynchronousScenario(
                        new Plan(
                                "replicated-synchronous",
                                "Three replicas, 1 KiB records, 1 partition, one at a time.",
                                new Contestant(KAFKA_CLUSTER, 1),
                                new Contestant(QUAFKA_BROKERS, 1),
                                List.of(new RatioAtMost(Metric.LATENCY_P99, 1.5))),
                        KIBIBYTE),
                new ProduceScenario(
                        hop(
                                "hop",
                                "1 KiB records, 16 partitions, batches of 256 KiB; one process, and one for each role.",
                                16,
                                new MoreByAtMost(Metric.CPU_PER_GIB, 0.5)),
                        KIBIBYTE,
                        Map.of("batch.size", "262144")),
                new SynchronousScenario(
                        hop(
                                "hop-synchronous",
                                "1 KiB records, 1 partition, one at a time; one process, and one for each role.",
                                1,
                                new MoreByAtMost(Metric.LATENCY_P50, 0.3)),
                        KIBIBYTE));
    }

    /// Replicas on three nodes, against Kafka's, which do not wait for their disks.
    private static Scenario replicated(
            Broker quafka, String name, String load, int partitions, Map<String, String> settings) {
        return new ProduceScenario(
                new Plan(
                        name,
                        "Acknowledged by two of " + load + "; Kafka's in their page caches.",
                        new Contestant(KAFKA_CLUSTER, partitions),
                        new Contestant(quafka, partitions),
                        List.of(
                                new RatioAtLeast(Metric.THROUGHPUT, 1),
                                cpuAtMost(0.8),
                                new RatioAtMost(Metric.LATENCY_P99, 1.5))),
                KIBIBYTE,
                settings);
    }

    /// What it costs that the gateway is another process than the storage node.
    private static Plan hop(String name, String description, int partitions, Target target) {
        return new Plan(
                name,
                description,
                new Contestant(QUAFKA, partitions),
                new Contestant(new QuafkaCluster("Quafka, three processes", (short) 1), partitions),
                List.of(target));
    }

    private static Scenario tieredProduce() {
        int partitions = 16;
        return new TieredProduceScenario(
                new Plan(
                        "tiered-produce",
                        "1 KiB records, 16 partitions, batches of 64 KiB, until all that is sealed is tiered to a directory on the same disk.",
                        new Contestant(Tiers.without("Quafka, no store"), partitions),
                        new Contestant(Tiers.broker("Quafka, tiering"), partitions),
                        List.of(
                                new RatioAtLeast(Metric.THROUGHPUT, 0.8),
                                new MoreByAtMost(Metric.CPU_PER_GIB, 2))),
                KIBIBYTE);
    }

    private static Scenario coldNeighbour() {
        return new ColdNeighbourScenario(
                new PacedScenario(
                        new Plan(
                                "cold-neighbour",
                                "2,000 records of 1 KiB a second, alone and beside a reader of another topic's history in the object store.",
                                new Contestant(Tiers.broker("Quafka, alone"), 1),
                                new Contestant(Tiers.broker("Quafka, beside a cold reader"), 1),
                                List.of(new RatioAtMost(Metric.LATENCY_P99, 1.3))),
                        KIBIBYTE,
                        PACED_RATE));
    }

    private static Scenario produce(String name, int partitions, Target... targets) {
        return new ProduceScenario(
                kafka(
                        name,
                        "1 KiB records, partitions: %,d, the producer's default batches."
                                .formatted(partitions),
                        partitions,
                        with(
                                new RatioAtLeast(Metric.THROUGHPUT, partitions < 5_000 ? 1 : 10),
                                targets)),
                KIBIBYTE,
                Map.of());
    }

    private static Scenario flushing(String name, int partitions, Target target) {
        String description =
                "1 KiB records, partitions: %,d, default batches; Kafka with log.flush.interval.messages=1."
                        .formatted(partitions);
        return new ProduceScenario(
                new Plan(
                        name,
                        description,
                        new Contestant(KAFKA_FLUSHING, partitions),
                        new Contestant(QUAFKA, partitions),
                        List.of(target)),
                KIBIBYTE,
                Map.of());
    }

    /// The same load with a share of the disk that it exceeds all the time, and without.
    private static Scenario percentages() {
        int partitions = 16;
        Map<String, String> pressed =
                Map.of("storage.disk.target.percent", "1", "log.local.retention.percent", "40");
        return new ProduceScenario(
                new Plan(
                        "produce-percent",
                        "1 KiB records, 16 partitions, batches of 64 KiB; without percentages, and at 40 % of 1 % of the disk.",
                        new Contestant(QUAFKA, partitions),
                        new Contestant(
                                new QuafkaBroker("Quafka, at its share", pressed), partitions),
                        List.of(new RatioAtMost(Metric.CPU_PER_GIB, 1.02))),
                KIBIBYTE,
                Map.of("batch.size", "65536"));
    }

    /// What it costs that clients have quotas, which they do not reach.
    private static Scenario quotas() {
        int partitions = 16;
        Map<String, Double> never =
                Map.of(
                        "producer_byte_rate",
                        1e12,
                        "consumer_byte_rate",
                        1e12,
                        "request_percentage",
                        1e6);
        return new ProduceScenario(
                new Plan(
                        "produce-quota",
                        "1 KiB records, 16 partitions, the producer's default batches; without quotas, and with some that never bind.",
                        new Contestant(QUAFKA, partitions),
                        new Contestant(
                                new QuafkaBroker("Quafka, quotas", Map.of(), never), partitions),
                        List.of(new RatioAtMost(Metric.CPU_PER_GIB, 1.02))),
                KIBIBYTE,
                Map.of());
    }

    private static Scenario consume(String name, int partitions) {
        return new ConsumeScenario(
                kafka(
                        name,
                        "1 KiB records in default batches, partitions: %,d, read from the page cache."
                                .formatted(partitions),
                        partitions,
                        cpuAtMost(1)),
                KIBIBYTE);
    }

    private static Scenario equalBatches() {
        int few = 16;
        int many = 10_000;
        return new EqualBatchScenario(
                new Plan(
                        "equal-batches",
                        "Batches of 16 KiB whatever the number of partitions: 16 against 10,000.",
                        new Contestant(QuafkaBroker.named("Quafka, 16"), few),
                        new Contestant(QuafkaBroker.named("Quafka, 10,000"), many),
                        List.of(
                                new RatioAtMost(Metric.CPU_PER_GIB, 1.1),
                                new AtMost(Metric.OPEN_FILES, 500),
                                new AtMost(Metric.HEAP_COMMITTED, 512))),
                EQUAL_BATCH);
    }

    private static Plan kafka(String name, String description, int partitions, Target... targets) {
        return new Plan(
                name,
                description,
                new Contestant(KAFKA, partitions),
                new Contestant(QUAFKA, partitions),
                List.of(targets));
    }

    private static Target cpuAtMost(double ratio) {
        return new RatioAtMost(Metric.CPU_PER_GIB, ratio);
    }

    private static Target[] with(Target first, Target... others) {
        Target[] all = new Target[others.length + 1];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }
}
