package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DescribeCluster: the gateways as brokers. Controllers are not for clients to connect to.
final class DescribeClusterApi implements Api {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final Metadata metadata;
    private final GatewayDirectory directory;

    DescribeClusterApi(Metadata metadata, GatewayDirectory directory) {
        this.metadata = metadata;
        this.directory = directory;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeClusterRequestData) request.body();
        return CompletableFuture.completedFuture(KafkaResponse.of(answer(data)));
    }

    private DescribeClusterResponseData answer(DescribeClusterRequestData data) {
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        var answer =
                new DescribeClusterResponseData()
                        .setEndpointType(data.endpointType())
                        .setClusterId(image.clusterId())
                        .setControllerId(directory.controllerId(gateways));
        if (data.endpointType() != BROKERS) {
            Errors error =
                    data.endpointType() == CONTROLLERS
                            ? Errors.MISMATCHED_ENDPOINT_TYPE
                            : Errors.UNSUPPORTED_ENDPOINT_TYPE;
            return answer.setErrorCode(error.code())
                    .setErrorMessage("this address is a broker's: ask for brokers");
        }
        if (data.includeClusterAuthorizedOperations()) {
            answer.setClusterAuthorizedOperations(AllowedOperations.CLUSTER);
        }
        for (LiveGateways.Member gateway : gateways.members()) {
            answer.brokers().add(broker(gateway.id(), gateway.address(), gateway.rack(), false));
        }
        if (data.includeFencedBrokers() && directory.tellsFenced()) {
            for (Node node : image.nodes().values()) {
                if (node.fenced() && node.plays(NodeRole.GATEWAY) && node.kafka() != null) {
                    answer.brokers().add(broker(node.id(), node.kafka(), node.rack(), true));
                }
            }
        }
        return answer;
    }

    private static DescribeClusterBroker broker(
            int id, Endpoint address, @Nullable String rack, boolean fenced) {
        return new DescribeClusterBroker()
                .setBrokerId(id)
                .setHost(address.host())
                .setPort(address.port())
                .setRack(rack)
                .setIsFenced(fenced);
    }
}
