package io.quafka.bench.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Makes topics, and what holds for them and their clients, and tells when they can be written.
public final class Topics {
    private static final short CREATE_VERSION = 5;
    private static final int CREATE_TIMEOUT_MS = 60_000;
    private static final int PARTITIONS_PER_REQUEST = 500;
    private static final int PROBE_BYTES = 100;
    private static final short ALTER_VERSION = 1;
    private static final long RETRY_MS = 100;
    private static final Duration WRITABLE_TIMEOUT = Duration.ofMinutes(3);

    private Topics() {}

    /// Creates a topic with one replica. It may not be writable yet when this returns.
    ///
    /// @throws IOException if the broker refuses
    public static void create(KafkaSocket socket, String name, int partitions)
            throws IOException, InterruptedException {
        create(socket, name, partitions, (short) 1, Map.of());
    }

    /// The same with settings, and with as many replicas as are asked for as soon as there are
    /// brokers enough.
    public static void create(
            KafkaSocket socket,
            String name,
            int partitions,
            short replicas,
            Map<String, String> settings)
            throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + WRITABLE_TIMEOUT.toNanos();
        CreatableTopicResult result = ask(socket, name, partitions, replicas, settings);
        while (result.errorCode() == Errors.INVALID_REPLICATION_FACTOR.code()
                && System.nanoTime() < deadlineNanos) {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            result = ask(socket, name, partitions, replicas, settings);
        }
        Errors error = Errors.forCode(result.errorCode());
        if (error != Errors.NONE) {
            throw new IOException("topic not created: " + error + ", " + result.errorMessage());
        }
    }

    private static CreatableTopicResult ask(
            KafkaSocket socket,
            String name,
            int partitions,
            short replicas,
            Map<String, String> settings)
            throws IOException {
        CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
        settings.forEach((key, value) ->
                configs.add(new CreatableTopicConfig().setName(key).setValue(value)));
        CreatableTopicCollection topics = new CreatableTopicCollection(1);
        topics.add(
                new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor(replicas)
                        .setConfigs(configs));
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(CREATE_TIMEOUT_MS);
        CreateTopicsResponseData response =
                (CreateTopicsResponseData)
                        socket.call(ApiKeys.CREATE_TOPICS, CREATE_VERSION, request);
        return response.topics().iterator().next();
    }

    /// Sets what holds for all of a cluster.
    ///
    /// @throws IOException if it is refused
    public static void setDefaults(KafkaSocket socket, Map<String, String> settings)
            throws IOException {
        AlterConfigsResource cluster =
                new AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER.id())
                        .setResourceName("");
        settings.forEach((key, value) ->
                cluster.configs()
                        .add(
                                new AlterableConfig()
                                        .setName(key)
                                        .setValue(value)
                                        .setConfigOperation(AlterConfigOp.OpType.SET.id())));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(cluster);
        IncrementalAlterConfigsResponseData response =
                (IncrementalAlterConfigsResponseData)
                        socket.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, ALTER_VERSION, request);
        Errors error = Errors.forCode(response.responses().getFirst().errorCode());
        if (error != Errors.NONE) {
            throw new IOException(
                    "not set: " + error + ", " + response.responses().getFirst().errorMessage());
        }
    }

    /// Gives each client id quotas of its own.
    ///
    /// @throws IOException if it is refused
    public static void setQuotasOfClients(KafkaSocket socket, Map<String, Double> quotas)
            throws IOException {
        EntryData entry =
                new EntryData().setEntity(List.of(new EntityData().setEntityType("client-id")));
        entry.entity().getFirst().setEntityName(null);
        quotas.forEach((key, value) -> entry.ops().add(new OpData().setKey(key).setValue(value)));
        AlterClientQuotasResponseData response =
                (AlterClientQuotasResponseData)
                        socket.call(
                                ApiKeys.ALTER_CLIENT_QUOTAS,
                                ALTER_VERSION,
                                new AlterClientQuotasRequestData().setEntries(List.of(entry)));
        Errors error = Errors.forCode(response.entries().getFirst().errorCode());
        if (error != Errors.NONE) {
            throw new IOException(
                    "not set: " + error + ", " + response.entries().getFirst().errorMessage());
        }
    }

    /// Writes one small record to every partition, again and again to those that refuse, until all
    /// have acknowledged one.
    ///
    /// @throws IOException if some partition still refuses after [#WRITABLE_TIMEOUT]
    public static void writeEverywhere(KafkaSocket socket, String topic, int partitions)
            throws IOException, InterruptedException {
        MemoryRecords batch = ProduceRequests.batch(PROBE_BYTES, PROBE_BYTES);
        TreeSet<Integer> refusing =
                IntStream.range(0, partitions)
                        .boxed()
                        .collect(Collectors.toCollection(TreeSet::new));
        long deadlineNanos = System.nanoTime() + WRITABLE_TIMEOUT.toNanos();
        while (true) {
            int before = refusing.size();
            for (List<Integer> some : slices(List.copyOf(refusing))) {
                ProduceResponseData response =
                        (ProduceResponseData)
                                socket.call(
                                        ApiKeys.PRODUCE,
                                        ProduceRequests.VERSION,
                                        ProduceRequests.request(topic, some, batch));
                ProduceRequests.acknowledged(response).forEach(refusing::remove);
            }
            if (refusing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new IOException(
                        refusing.size() + " partitions of " + topic + " not writable");
            }
            if (refusing.size() == before) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    private static List<List<Integer>> slices(List<Integer> partitions) {
        return IntStream.range(
                        0,
                        (partitions.size() + PARTITIONS_PER_REQUEST - 1) / PARTITIONS_PER_REQUEST)
                .map(slice -> slice * PARTITIONS_PER_REQUEST)
                .mapToObj(from ->
                        partitions.subList(
                                from, Math.min(partitions.size(), from + PARTITIONS_PER_REQUEST)))
                .toList();
    }
}
