package io.quafka.gateway;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.ShardState;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// Derives the gateways that clients are told of from an image, once per change of its nodes.
///
/// Either each live gateway is a broker to clients, and they choose among them. Or all stand behind
/// one address, a load balancer's: then clients see a single broker, whichever gateways come and
/// go, and this gateway answers for it.
final class GatewayDirectory {
    /// Told to clients where no node fits.
    static final int NO_NODE = -1;

    /// The id of the broker that stands for all gateways; no node has it.
    static final int ONE_ID = 0;

    private record Derived(PMap<Integer, Node> from, LiveGateways gateways) {}

    private final IntSupplier self;
    private final boolean oneAddress;
    private volatile Derived last =
            new Derived(HashTreePMap.empty(), LiveGateways.of(HashTreePMap.empty()));

    /// @param self this gateway's id as a node
    /// @param oneAddress whether the gateways, which then all advertise the same address, are one
    ///   broker to clients
    GatewayDirectory(IntSupplier self, boolean oneAddress) {
        this.self = self;
        this.oneAddress = oneAddress;
    }

    LiveGateways at(ClusterImage image) {
        Derived derived = last;
        if (derived.from() != image.nodes()) {
            derived =
                    new Derived(
                            image.nodes(),
                            oneAddress
                                    ? LiveGateways.behindOneAddress(image.nodes(), ONE_ID)
                                    : LiveGateways.of(image.nodes()));
            last = derived;
        }
        return derived.gateways();
    }

    /// This gateway's id as clients know it.
    int self() {
        return oneAddress ? ONE_ID : self.getAsInt();
    }

    /// The gateway of a consumer's own zone that it is to fetch from instead of this one;
    /// [#NO_NODE] where it is in the right place, or as good a one as there is.
    ///
    /// @param rack that the consumer says it is in, empty if it does not
    int nearer(LiveGateways gateways, String rack, ShardState shard, Uuid topicId, int partition) {
        LiveGateways.@Nullable Member me = rack.isEmpty() ? null : gateways.member(self());
        if (me == null || rack.equals(me.rack())) {
            return NO_NODE;
        }
        LiveGateways.@Nullable Member near = gateways.standingIn(rack, shard, topicId, partition);
        return near == null ? NO_NODE : near.id();
    }

    /// Whether clients may be told of gateways that do not serve at the moment.
    boolean tellsFenced() {
        return !oneAddress;
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
