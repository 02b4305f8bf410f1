package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class TopicAdminTest {
    private static CreatableTopic creatable(String name) {
        return new CreatableTopic()
                .setName(name)
                .setNumPartitions(1)
                .setReplicationFactor((short) 1);
    }

    @Test
    void createsAndTellsWhatWasMade() {
        var cluster = new TestCluster();
        var request = new CreateTopicsRequestData();
        request.topics().add(creatable("t").setNumPartitions(3));
        CreateTopicsResponseData answer = cluster.call(ApiKeys.CREATE_TOPICS, request);
        var made = answer.topics().find("t");
        assertThat(made.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(made.numPartitions()).isEqualTo(3);
        assertThat(made.topicId()).isEqualTo(cluster.topic("t").id());
    }

    @Test
    void validatingMakesNothing() {
        var cluster = new TestCluster();
        var request = new CreateTopicsRequestData().setValidateOnly(true);
        request.topics().add(creatable("t"));
        CreateTopicsResponseData answer = cluster.call(ApiKeys.CREATE_TOPICS, request);
        assertThat(answer.topics().find("t").errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(cluster.controller.image().topic("t")).isNull();
    }

    @Test
    void aTopicNamedTwiceIsNotCreatedAndOthersAre() {
        var cluster = new TestCluster();
        var request = new CreateTopicsRequestData();
        request.topics().add(creatable("twice"));
        request.topics().add(creatable("once"));
        request.topics().add(creatable("twice"));
        var noValue = creatable("no-value");
        noValue.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue(null));
        request.topics().add(noValue);
        CreateTopicsResponseData answer = cluster.call(ApiKeys.CREATE_TOPICS, request);
        assertThat(answer.topics()).hasSize(3);
        assertThat(answer.topics().find("twice").errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(answer.topics().find("no-value").errorCode())
                .isEqualTo(Errors.INVALID_CONFIG.code());
        assertThat(answer.topics().find("once").errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(cluster.controller.image().topic("twice")).isNull();
    }

    @Test
    void tenThousandPartitionsCostTheGatewayNothingPerPartition() {
        var cluster = new TestCluster();
        var request = new CreateTopicsRequestData();
        request.topics().add(creatable("large").setNumPartitions(10_000));
        cluster.createTopic("warm", 1);
        long start = System.nanoTime();
        cluster.call(ApiKeys.CREATE_TOPICS, request);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(300));
        assertThat(cluster.topic("large").partitionCount()).isEqualTo(10_000);
    }

    @Test
    void aSilentControllerDoesNotBlockTheConnection() {
        var cluster = new TestCluster();
        cluster.controller.fallSilent();
        var request = new CreateTopicsRequestData();
        request.topics().add(creatable("t"));
        assertThat(cluster.send(ApiKeys.CREATE_TOPICS, (short) 7, request)).isNotDone();
    }

    @Test
    void deletesByNameAndById() {
        var cluster = new TestCluster();
        Topic byId = cluster.createTopic("by-id", 1);
        cluster.createTopic("by-name", 1);
        DeleteTopicsResponseData answer =
                cluster.call(
                        ApiKeys.DELETE_TOPICS,
                        new DeleteTopicsRequestData()
                                .setTopics(
                                        List.of(
                                                new DeleteTopicState().setName("by-name"),
                                                new DeleteTopicState()
                                                        .setName(null)
                                                        .setTopicId(byId.id()),
                                                new DeleteTopicState()
                                                        .setName(null)
                                                        .setTopicId(Requests.OTHER_ID))));
        assertThat(answer.responses())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactly(Errors.NONE, Errors.NONE, Errors.UNKNOWN_TOPIC_ID);
        assertThat(answer.responses())
                .extracting(DeletableTopicResult::name)
                .containsExactly("by-name", "by-id", null);
        assertThat(cluster.controller.image().topics()).isEmpty();
    }

    @Test
    void aTopicNamedTwiceIsNotDeleted() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        DeleteTopicsResponseData answer =
                cluster.call(
                        ApiKeys.DELETE_TOPICS,
                        new DeleteTopicsRequestData()
                                .setTopics(
                                        List.of(
                                                new DeleteTopicState().setName("t"),
                                                new DeleteTopicState()
                                                        .setName(null)
                                                        .setTopicId(topic.id()),
                                                new DeleteTopicState().setName(null))));
        assertThat(answer.responses())
                .hasSize(3)
                .allMatch(result -> result.errorCode() == Errors.INVALID_REQUEST.code());
        assertThat(cluster.controller.image().topic("t")).isNotNull();
    }

    @Test
    void addsPartitions() {
        var cluster = new TestCluster();
        cluster.createTopic("t", 1);
        var request = new CreatePartitionsRequestData();
        request.topics().add(new CreatePartitionsTopic().setName("t").setCount(4));
        request.topics().add(new CreatePartitionsTopic().setName("twice").setCount(4));
        request.topics().add(new CreatePartitionsTopic().setName("twice").setCount(4));
        CreatePartitionsResponseData answer = cluster.call(ApiKeys.CREATE_PARTITIONS, request);
        assertThat(answer.results())
                .extracting(result -> result.name() + ":" + Errors.forCode(result.errorCode()))
                .containsExactlyInAnyOrder("t:NONE", "twice:INVALID_REQUEST");
        assertThat(cluster.topic("t").partitionCount()).isEqualTo(4);
    }

    private static IncrementalAlterConfigsRequestData.AlterConfigsResource resource(
            ConfigResource.Type type, String name, int operation, String... names) {
        var resource =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type.id())
                        .setResourceName(name);
        for (String config : names) {
            resource.configs()
                    .add(
                            new IncrementalAlterConfigsRequestData.AlterableConfig()
                                    .setName(config)
                                    .setConfigOperation((byte) operation)
                                    .setValue("1"));
        }
        return resource;
    }

    @Test
    void configChangesThatCannotBeToldAreRefusedOneByOne() {
        var cluster = new TestCluster();
        var request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource(ConfigResource.Type.TOPIC, "t", 0, "retention.ms"));
        request.resources().add(resource(ConfigResource.Type.BROKER, "", 0, "log.retention.ms"));
        request.resources().add(resource(ConfigResource.Type.BROKER, "1", 0, "log.retention.ms"));
        request.resources().add(resource(ConfigResource.Type.CLIENT_METRICS, "m", 0, "x"));
        request.resources().add(resource(ConfigResource.Type.TOPIC, "op", 9, "retention.ms"));
        request.resources().add(resource(ConfigResource.Type.TOPIC, "dup", 0, "a", "a"));
        IncrementalAlterConfigsResponseData answer =
                cluster.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, request);
        assertThat(answer.responses())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactly(
                        Errors.NONE,
                        Errors.NONE,
                        Errors.INVALID_CONFIG,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST);
    }

    @Test
    void legacyAlterationsOfOneResourceTwiceAreRefused() {
        var cluster = new TestCluster();
        var request = new AlterConfigsRequestData();
        for (int i = 0; i < 2; i++) {
            request.resources()
                    .add(
                            new AlterConfigsRequestData.AlterConfigsResource()
                                    .setResourceType(ConfigResource.Type.TOPIC.id())
                                    .setResourceName("t"));
        }
        AlterConfigsResponseData answer = cluster.call(ApiKeys.ALTER_CONFIGS, request);
        assertThat(answer.responses())
                .hasSize(2)
                .allMatch(result -> result.errorCode() == Errors.INVALID_REQUEST.code());
    }
}
