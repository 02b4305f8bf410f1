package io.quafka.gateway;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// Derives the live gateways from an image, once per change of its nodes.
final class GatewayDirectory {
    /// Told to clients where no node fits.
    static final int NO_NODE = -1;

    private record Derived(PMap<Integer, Node> from, LiveGateways gateways) {}

    private final IntSupplier self;
    private volatile Derived last =
            new Derived(HashTreePMap.empty(), LiveGateways.of(HashTreePMap.empty()));

    GatewayDirectory(IntSupplier self) {
        this.self = self;
    }

    LiveGateways at(ClusterImage image) {
        Derived derived = last;
        if (derived.from() != image.nodes()) {
            derived = new Derived(image.nodes(), LiveGateways.of(image.nodes()));
            last = derived;
        }
        return derived.gateways();
    }

    int self() {
        return self.getAsInt();
    }

    /// The node that clients send administrative requests to: this gateway, as any will do, or
    /// another one while it is fenced.
    int controllerId(LiveGateways gateways) {
        LiveGateways.@Nullable Member me = gateways.member(self());
        if (me != null) {
            return me.id();
        }
        List<LiveGateways.Member> members = gateways.members();
        return members.isEmpty() ? NO_NODE : members.getFirst().id();
    }
}
