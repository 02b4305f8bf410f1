package io.quafka.program.console;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.retention.RetentionStatus;
import io.quafka.gateway.StorageNodes;
import io.quafka.gateway.access.Permissions;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StorageNode;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

/// Asks the cluster on the console's behalf: this process's gateway, as a client would, without a
/// connection; the controller; and all coordinators. Safe on any thread; blocks up to [#WAIT_MAX].
public final class ClusterCalls {
    static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /// What was computed of all topics is good for so long.
    private static final long STATUS_NANOS = Duration.ofSeconds(1).toNanos();

    private static final String CLIENT_ID = "quafka-console";
    private static final short LIST_GROUPS_VERSION = 5;

    private final RequestHandler gateway;
    private final StorageNodes storageNodes;
    private final Controller controller;
    private final ConnectionInfo connection;
    private @Nullable RetentionStatus status;
    private long statusNanos;

    public ClusterCalls(RequestHandler gateway, StorageNodes storageNodes, Controller controller) {
        this.gateway = gateway;
        this.storageNodes = storageNodes;
        this.controller = controller;
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        this.connection = new ConnectionInfo(-1, here, here);
    }

    ClusterImage image() {
        return controller.metadata().image();
    }

    /// How the disks are shared, as of [#STATUS_NANOS] ago at most.
    synchronized RetentionStatus retention()
            throws ExecutionException, TimeoutException, InterruptedException {
        RetentionStatus known = status;
        if (known == null || System.nanoTime() - statusNanos > STATUS_NANOS) {
            known =
                    RetentionStatus.of(
                            image(),
                            controller.measures().get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS));
            status = known;
            statusNanos = System.nanoTime();
        }
        return known;
    }

    /// @param read makes what is wanted of the answer, whose memory is gone when it returns
    <R extends ApiMessage, T> T ask(
            ApiKeys api, int version, ApiMessage question, Class<R> answer, Function<R, T> read)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<KafkaResponse> asked =
                gateway.handle(
                        new KafkaRequest(
                                new RequestHeader(api, (short) version, CLIENT_ID, 0),
                                question,
                                0,
                                connection,
                                System.nanoTime(),
                                Permissions.OWN));
        KafkaResponse response;
        try {
            response = asked.get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            asked.thenAccept(late -> late.onSent().run());
            throw e;
        }
        try {
            return read.apply(answer.cast(response.body()));
        } finally {
            response.onSent().run();
        }
    }

    /// Every group of the cluster. A gateway lists to clients only those that it stands as the
    /// coordinator of.
    List<ListedGroup> groups() throws ExecutionException, TimeoutException, InterruptedException {
        List<CompletableFuture<ApiMessage>> answers = new ArrayList<>();
        for (int id : coordinatorNodes()) {
            StorageNode node = storageNodes.node(id);
            if (node == null) {
                throw new ExecutionException(
                        new IllegalStateException("storage node " + id + " cannot be reached"));
            }
            answers.add(
                    node.coordinate(
                            new CoordinatorCall(
                                    ApiKeys.LIST_GROUPS,
                                    LIST_GROUPS_VERSION,
                                    new CoordinatorCall.Client(
                                            CLIENT_ID,
                                            InetAddress.getLoopbackAddress(),
                                            KafkaPrincipal.ANONYMOUS),
                                    new ListGroupsRequestData())));
        }
        List<ListedGroup> groups = new ArrayList<>();
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        for (CompletableFuture<ApiMessage> answer : answers) {
            var listed =
                    (ListGroupsResponseData)
                            answer.get(
                                    Math.max(0, deadline - System.nanoTime()),
                                    TimeUnit.NANOSECONDS);
            Errors error = Errors.forCode(listed.errorCode());
            if (error != Errors.NONE) {
                throw new ExecutionException(error.exception());
            }
            groups.addAll(listed.groups());
        }
        return groups;
    }

    private Set<Integer> coordinatorNodes() {
        ClusterImage image = image();
        Set<Integer> nodes = new TreeSet<>();
        var topic = image.topic(Topic.GROUP_METADATA_TOPIC_NAME);
        for (int i = 0; topic != null && i < topic.partitionCount(); i++) {
            ShardState shard = image.shardOf(topic, i);
            if (shard != null && shard.leader() != ShardState.NO_LEADER) {
                nodes.add(shard.leader());
            }
        }
        return nodes;
    }
}
