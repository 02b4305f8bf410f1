package io.quafka.gateway.access;

import static org.apache.kafka.common.acl.AclOperation.CLUSTER_ACTION;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.IDEMPOTENT_WRITE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.protocol.Errors.CLUSTER_AUTHORIZATION_FAILED;
import static org.apache.kafka.common.protocol.Errors.GROUP_AUTHORIZATION_FAILED;
import static org.apache.kafka.common.protocol.Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/// Rules of APIs that are about transactions, and of who looks for a coordinator.
final class TransactionRules {
    /// First version of FindCoordinator that asks for several keys.
    private static final short BATCHED_VERSION = 4;

    private TransactionRules() {}

    static void add(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.INIT_PRODUCER_ID,
                Rule.whole(
                        InitProducerIdRequestData.class,
                        (caller, data) ->
                                data.transactionalId() == null
                                        ? Rule.unless(
                                                caller.cluster(IDEMPOTENT_WRITE)
                                                        || caller.anyTopic(WRITE),
                                                CLUSTER_AUTHORIZATION_FAILED)
                                        : writes(caller, data.transactionalId())));
        rules.put(ApiKeys.ADD_PARTITIONS_TO_TXN, new AddPartitionsRule());
        rules.put(
                ApiKeys.ADD_OFFSETS_TO_TXN,
                Rule.whole(
                        AddOffsetsToTxnRequestData.class,
                        (caller, data) ->
                                caller.transaction(WRITE, data.transactionalId())
                                        ? Rule.unless(
                                                caller.group(READ, data.groupId()),
                                                GROUP_AUTHORIZATION_FAILED)
                                        : TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
        rules.put(
                ApiKeys.END_TXN,
                Rule.whole(
                        EndTxnRequestData.class,
                        (caller, data) -> writes(caller, data.transactionalId())));
        addOffsets(rules);
        addDescriptions(rules);
        addCoordinators(rules);
    }

    private static void addOffsets(Map<ApiKeys, Rule> rules) {
        Rule committed =
                new Parted<>(
                        TxnOffsetCommitRequestData.class,
                        TxnOffsetCommitResponseData.class,
                        TxnOffsetCommitRequestData::topics,
                        (caller, topic) -> TopicRules.refusal(caller.topic(READ, topic.name())),
                        (like, topics) -> like.duplicate().setTopics(topics),
                        (into, more) ->
                                into.setTopics(Parted.joined(into.topics(), more.topics())));
        rules.put(
                ApiKeys.TXN_OFFSET_COMMIT,
                (caller, request, next) -> {
                    var data = (TxnOffsetCommitRequestData) request.body();
                    if (!caller.transaction(WRITE, data.transactionalId())) {
                        return Rule.refused(request, TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
                    }
                    return caller.group(READ, data.groupId())
                            ? committed.apply(caller, request, next)
                            : Rule.refused(request, GROUP_AUTHORIZATION_FAILED);
                });
    }

    private static void addDescriptions(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                new Parted<>(
                                DescribeTransactionsRequestData.class,
                                DescribeTransactionsResponseData.class,
                                DescribeTransactionsRequestData::transactionalIds,
                                (caller, id) ->
                                        Rule.unless(
                                                caller.transaction(DESCRIBE, id),
                                                TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
                                (like, ids) -> like.duplicate().setTransactionalIds(ids),
                                (into, more) ->
                                        into.setTransactionStates(
                                                Parted.joined(
                                                        into.transactionStates(),
                                                        more.transactionStates())))
                        .then(
                                DescribeTransactionsResponseData.class,
                                (caller, answer) ->
                                        answer.transactionStates()
                                                .forEach(state ->
                                                        state.topics()
                                                                .removeIf(topic ->
                                                                        !caller.topic(
                                                                                DESCRIBE,
                                                                                topic.topic())))));
        rules.put(
                ApiKeys.LIST_TRANSACTIONS,
                Rule.OPEN.then(
                        ListTransactionsResponseData.class,
                        (caller, answer) ->
                                answer.setTransactionStates(
                                        answer.transactionStates().stream()
                                                .filter(state ->
                                                        caller.transaction(
                                                                DESCRIBE, state.transactionalId()))
                                                .toList())));
    }

    private static void addCoordinators(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.FIND_COORDINATOR,
                (caller, request, next) -> {
                    var data = (FindCoordinatorRequestData) request.body();
                    if (request.version() >= BATCHED_VERSION) {
                        return severalKeys(data.keyType()).apply(caller, request, next);
                    }
                    Errors error = finds(caller, data.keyType(), data.key());
                    return error == Errors.NONE
                            ? next.handle(request)
                            : Rule.refused(request, error);
                });
    }

    private static Rule severalKeys(byte type) {
        return new Parted<>(
                FindCoordinatorRequestData.class,
                FindCoordinatorResponseData.class,
                data -> List.copyOf(data.coordinatorKeys()),
                (caller, key) -> finds(caller, type, key),
                (like, keys) -> like.duplicate().setCoordinatorKeys(keys),
                (into, more) ->
                        into.setCoordinators(
                                Parted.joined(into.coordinators(), more.coordinators())));
    }

    private static Errors finds(Caller caller, byte type, String key) {
        if (type == CoordinatorType.GROUP.id()) {
            return Rule.unless(caller.group(DESCRIBE, key), Errors.GROUP_AUTHORIZATION_FAILED);
        }
        if (type == CoordinatorType.TRANSACTION.id()) {
            return Rule.unless(
                    caller.transaction(DESCRIBE, key), TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        return Rule.unless(caller.cluster(CLUSTER_ACTION), CLUSTER_AUTHORIZATION_FAILED);
    }

    static Errors writes(Caller caller, String transactionalId) {
        return Rule.unless(
                caller.transaction(WRITE, transactionalId), TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    }
}
