package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaResponse;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every API that the gateway lists, at every version it lists: the request is read from its bytes,
/// and the answer can be written in that version, both for things that exist and for things that do
/// not.
class EveryVersionTest {
    private static final String KNOWN = "known";
    private static final String UNKNOWN = "unknown";

    static Stream<Arguments> everyVersion() {
        ApiVersionsResponseData versions =
                new TestCluster()
                        .call(
                                ApiKeys.API_VERSIONS,
                                new ApiVersionsRequestData()
                                        .setClientSoftwareName("test")
                                        .setClientSoftwareVersion("1"));
        return versions.apiKeys().stream()
                .map(api -> ApiKeys.forId(api.apiKey()))
                .flatMap(key ->
                        IntStream.rangeClosed(key.oldestVersion(), key.latestVersion(false))
                                .mapToObj(version -> Arguments.of(key, version)));
    }

    @Test
    void listsTheRegistryAtKafkasVersions() {
        var cluster = new TestCluster();
        ApiVersionsResponseData versions = cluster.call(ApiKeys.API_VERSIONS, hello());
        assertThat(versions.apiKeys())
                .extracting(api -> ApiKeys.forId(api.apiKey()))
                .containsExactlyInAnyOrderElementsOf(cluster.gateway.apis());
        for (var api : versions.apiKeys()) {
            ApiKeys key = ApiKeys.forId(api.apiKey());
            // Kafka lists Produce from 0 on, as older librdkafka takes the range for the
            // compression types (KAFKA-18659).
            int oldest = key == ApiKeys.PRODUCE ? 0 : key.oldestVersion();
            assertThat(api.minVersion()).isEqualTo((short) oldest);
            assertThat(api.maxVersion()).isEqualTo(key.latestVersion(false));
        }
    }

    @Test
    void refusesAClientWithoutAProperName() {
        ApiVersionsResponseData answer =
                new TestCluster()
                        .call(ApiKeys.API_VERSIONS, hello().setClientSoftwareName("-not a name"));
        assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    private static ApiVersionsRequestData hello() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("test")
                .setClientSoftwareVersion("1");
    }

    @ParameterizedTest
    @MethodSource("everyVersion")
    void answersEveryVersionItLists(ApiKeys key, int version) {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic(KNOWN, 2);
        for (String name : List.of(KNOWN, UNKNOWN)) {
            ApiMessage request = request(key, (short) version, name, topic);
            KafkaResponse response = TestCluster.await(cluster.send(key, (short) version, request));
            ApiMessage answer = TestCluster.decode(key, (short) version, response);
            response.onSent().run();
            assertThat(answer.apiKey()).isEqualTo(key.id);
        }
        assertThat(cluster.storage(1).heldReplies).hasValue(0);
    }

    static ApiMessage request(ApiKeys key, short version, String name, Topic topic) {
        return switch (key) {
            case API_VERSIONS -> hello();
            case METADATA ->
                    new MetadataRequestData()
                            .setTopics(
                                    List.of(
                                            version >= 12 && name.equals(KNOWN)
                                                    ? new MetadataRequestTopic()
                                                            .setName(null)
                                                            .setTopicId(topic.id())
                                                    : new MetadataRequestTopic().setName(name)))
                            .setIncludeTopicAuthorizedOperations(version >= 8);
            case PRODUCE -> Requests.produce(version, topic, name, 0, "value");
            case FETCH -> fetch(version, name, topic);
            case LIST_OFFSETS ->
                    new ListOffsetsRequestData()
                            .setReplicaId(-1)
                            .setTopics(
                                    List.of(
                                            new ListOffsetsTopic()
                                                    .setName(name)
                                                    .setPartitions(
                                                            List.of(
                                                                    new ListOffsetsPartition()
                                                                            .setTimestamp(-1)))));
            case OFFSET_FOR_LEADER_EPOCH -> {
                var data = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
                data.topics()
                        .add(
                                new OffsetForLeaderTopic()
                                        .setTopic(name)
                                        .setPartitions(List.of(new OffsetForLeaderPartition())));
                yield data;
            }
            case CREATE_TOPICS -> {
                var data = new CreateTopicsRequestData();
                data.topics()
                        .add(
                                new CreatableTopic()
                                        .setName(name)
                                        .setNumPartitions(1)
                                        .setReplicationFactor((short) 1));
                yield data;
            }
            case DELETE_TOPICS ->
                    version >= 6
                            ? new DeleteTopicsRequestData()
                                    .setTopics(List.of(new DeleteTopicState().setName(name)))
                            : new DeleteTopicsRequestData().setTopicNames(List.of(name));
            case CREATE_PARTITIONS -> {
                var data = new CreatePartitionsRequestData();
                data.topics().add(new CreatePartitionsTopic().setName(name).setCount(3));
                yield data;
            }
            case DELETE_RECORDS ->
                    new DeleteRecordsRequestData()
                            .setTopics(
                                    List.of(
                                            new DeleteRecordsTopic()
                                                    .setName(name)
                                                    .setPartitions(
                                                            List.of(
                                                                    new DeleteRecordsPartition()))));
            case DESCRIBE_CONFIGS ->
                    new DescribeConfigsRequestData()
                            .setIncludeSynonyms(version >= 1)
                            .setIncludeDocumentation(version >= 3)
                            .setResources(
                                    List.of(
                                            new DescribeConfigsResource()
                                                    .setResourceType((byte) 2)
                                                    .setResourceName(name)
                                                    .setConfigurationKeys(null)));
            case ALTER_CONFIGS -> {
                var data = new AlterConfigsRequestData();
                data.resources()
                        .add(
                                new AlterConfigsRequestData.AlterConfigsResource()
                                        .setResourceType((byte) 2)
                                        .setResourceName(name));
                yield data;
            }
            case INCREMENTAL_ALTER_CONFIGS -> {
                var data = new IncrementalAlterConfigsRequestData();
                data.resources()
                        .add(
                                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                                        .setResourceType((byte) 2)
                                        .setResourceName(name));
                yield data;
            }
            case LIST_CONFIG_RESOURCES -> new ListConfigResourcesRequestData();
            case DESCRIBE_CLUSTER -> new DescribeClusterRequestData();
            case DESCRIBE_TOPIC_PARTITIONS ->
                    new DescribeTopicPartitionsRequestData()
                            .setTopics(
                                    List.of(
                                            new DescribeTopicPartitionsRequestData.TopicRequest()
                                                    .setName(name)));
            case DESCRIBE_LOG_DIRS -> {
                var data = new DescribeLogDirsRequestData();
                data.topics()
                        .add(new DescribableLogDirTopic().setTopic(name).setPartitions(List.of(0)));
                yield data;
            }
            case DESCRIBE_PRODUCERS ->
                    new DescribeProducersRequestData()
                            .setTopics(
                                    List.of(
                                            new DescribeProducersRequestData.TopicRequest()
                                                    .setName(name)
                                                    .setPartitionIndexes(List.of(0, 9))));
            case INIT_PRODUCER_ID ->
                    new InitProducerIdRequestData()
                            .setTransactionalId(name.equals(KNOWN) ? null : "txn")
                            .setTransactionTimeoutMs(1_000);
            case ALTER_USER_SCRAM_CREDENTIALS ->
                    new AlterUserScramCredentialsRequestData()
                            .setDeletions(
                                    List.of(
                                            new ScramCredentialDeletion()
                                                    .setName(name)
                                                    .setMechanism((byte) 1)));
            case DESCRIBE_USER_SCRAM_CREDENTIALS ->
                    new DescribeUserScramCredentialsRequestData()
                            .setUsers(List.of(new UserName().setName(name)));
            case DESCRIBE_CLIENT_QUOTAS ->
                    new DescribeClientQuotasRequestData()
                            .setComponents(
                                    List.of(
                                            new ComponentData()
                                                    .setEntityType("user")
                                                    .setMatch(name)));
            case ALTER_CLIENT_QUOTAS ->
                    new AlterClientQuotasRequestData()
                            .setEntries(
                                    List.of(
                                            new EntryData()
                                                    .setEntity(
                                                            List.of(
                                                                    new EntityData()
                                                                            .setEntityType("user")
                                                                            .setEntityName(name)))
                                                    .setOps(
                                                            List.of(
                                                                    new OpData()
                                                                            .setKey(
                                                                                    "producer_byte_rate")
                                                                            .setValue(1000)))));
            case DESCRIBE_ACLS ->
                    new DescribeAclsRequestData()
                            .setResourceTypeFilter(ResourceType.ANY.code())
                            .setPatternTypeFilter(PatternType.ANY.code())
                            .setOperation(AclOperation.ANY.code())
                            .setPermissionType(AclPermissionType.ANY.code());
            case CREATE_ACLS ->
                    new CreateAclsRequestData()
                            .setCreations(
                                    List.of(
                                            new AclCreation()
                                                    .setResourceType(ResourceType.TOPIC.code())
                                                    .setResourceName(name)
                                                    .setResourcePatternType(
                                                            PatternType.LITERAL.code())
                                                    .setPrincipal("User:somebody")
                                                    .setHost("*")
                                                    .setOperation(AclOperation.READ.code())
                                                    .setPermissionType(
                                                            AclPermissionType.ALLOW.code())));
            case DELETE_ACLS ->
                    new DeleteAclsRequestData()
                            .setFilters(
                                    List.of(
                                            new DeleteAclsFilter()
                                                    .setResourceTypeFilter(
                                                            ResourceType.TOPIC.code())
                                                    .setResourceNameFilter(name)
                                                    .setPatternTypeFilter(
                                                            PatternType.LITERAL.code())
                                                    .setOperation(AclOperation.ANY.code())
                                                    .setPermissionType(
                                                            AclPermissionType.ANY.code())));
            case ALTER_PARTITION_REASSIGNMENTS ->
                    new AlterPartitionReassignmentsRequestData()
                            .setTopics(
                                    List.of(
                                            new ReassignableTopic()
                                                    .setName(name)
                                                    .setPartitions(
                                                            List.of(
                                                                    new ReassignablePartition()
                                                                            .setReplicas(
                                                                                    List.of(1))))));
            case LIST_PARTITION_REASSIGNMENTS ->
                    new ListPartitionReassignmentsRequestData()
                            .setTopics(
                                    List.of(
                                            new ListPartitionReassignmentsTopics()
                                                    .setName(name)
                                                    .setPartitionIndexes(List.of(0, 9))));
            case ELECT_LEADERS -> {
                var data = new ElectLeadersRequestData();
                data.topicPartitions()
                        .add(new TopicPartitions().setTopic(name).setPartitions(List.of(0, 9)));
                yield data;
            }
            case UNREGISTER_BROKER ->
                    new UnregisterBrokerRequestData().setBrokerId(name.equals(KNOWN) ? 1 : 99);
            case FIND_COORDINATOR ->
                    version >= 4
                            ? new FindCoordinatorRequestData().setCoordinatorKeys(List.of("a", "b"))
                            : new FindCoordinatorRequestData().setKey("a");
            default -> {
                ApiMessage request = TransactionMessages.request(key, version, name);
                yield request == null ? GroupMessages.request(key, version, name, topic) : request;
            }
        };
    }

    private static FetchRequestData fetch(short version, String name, Topic topic) {
        var asked = new FetchTopic();
        if (version >= 13) {
            asked.setTopicId(name.equals(KNOWN) ? topic.id() : Requests.OTHER_ID);
        } else {
            asked.setTopic(name);
        }
        asked.setPartitions(List.of(new FetchPartition().setPartitionMaxBytes(1 << 20)));
        return new FetchRequestData().setMaxWaitMs(5).setMinBytes(1).setTopics(List.of(asked));
    }
}
