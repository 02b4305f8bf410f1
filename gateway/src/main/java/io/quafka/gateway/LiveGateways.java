package io.quafka.gateway;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/// The gateways that clients may connect to, and which of them stands as the leader of a partition
/// in answers to clients.
///
/// Any gateway serves any partition. Where the process that leads a partition's shard is a gateway
/// too, it stands as the leader: what is sent there passes no other process. Elsewhere the choice
/// by rendezvous hashing only spreads clients, is the same on every gateway that has the same
/// image, and moves no more than a gone gateway's share. Where gateways stand in several zones, a
/// client that says which one it is in is told of leaders there, and each other zone has a gateway
/// that stands as a replica: consumers fetch from it, as KIP-392 has it. Immutable.
final class LiveGateways {
    /// Zones of which a partition is told to have a gateway: the bound on what an answer grows by.
    static final int ZONES_MAX = 8;

    /// A gateway as clients see it.
    ///
    /// @param address where clients reach it
    /// @param asList its id alone: the replicas and the in-sync replicas of its partitions where
    ///   there are no zones
    record Member(
            int id, Endpoint address, @Nullable String rack, List<Integer> asList, long seed) {
        Member(int id, Endpoint address, @Nullable String rack) {
            this(id, address, rack, List.of(id), mix(id));
        }

        String host() {
            return address.host();
        }

        int port() {
            return address.port();
        }
    }

    private final List<Member> members;

    private final Map<Integer, Member> byId;

    /// The members of each zone; empty where there are not at least two.
    private final SortedMap<String, List<Member>> zones;

    private LiveGateways(List<Member> members) {
        this.members = members;
        this.byId =
                members.stream()
                        .collect(Collectors.toUnmodifiableMap(Member::id, member -> member));
        this.zones = zones(members);
    }

    private static SortedMap<String, List<Member>> zones(List<Member> members) {
        SortedMap<String, List<Member>> zones = new TreeMap<>();
        for (Member member : members) {
            String zone = member.rack();
            if (zone != null) {
                zones.computeIfAbsent(zone, _ -> new ArrayList<>()).add(member);
            }
        }
        return zones.size() < 2 ? Collections.emptySortedMap() : zones;
    }

    static LiveGateways of(PMap<Integer, Node> nodes) {
        List<Member> members = new ArrayList<>();
        for (Node node : nodes.values()) {
            Endpoint address = node.kafka();
            if (node.plays(NodeRole.GATEWAY) && !node.fenced() && address != null) {
                members.add(new Member(node.id(), address, node.rack()));
            }
        }
        members.sort(Comparator.comparingInt(Member::id));
        return new LiveGateways(List.copyOf(members));
    }

    /// One member for all gateways, at the address that the youngest advertises: if they do not
    /// agree, somebody is about to move them to a new one. A gateway that answers is proof enough
    /// that one lives, so that fenced ones count too.
    static LiveGateways behindOneAddress(PMap<Integer, Node> nodes, int id) {
        Node youngest = null;
        for (Node node : nodes.values()) {
            if (node.plays(NodeRole.GATEWAY)
                    && node.kafka() != null
                    && (youngest == null || node.id() > youngest.id())) {
                youngest = node;
            }
        }
        return new LiveGateways(
                youngest == null
                        ? List.of()
                        : List.of(new Member(id, Objects.requireNonNull(youngest.kafka()), null)));
    }

    /// By ascending id.
    List<Member> members() {
        return members;
    }

    @Nullable Member member(int nodeId) {
        return byId.get(nodeId);
    }

    /// The leader that clients of no known zone are told of; null only where no gateway lives.
    ///
    /// @param shard the partition's, null if it has none yet
    @Nullable Member leader(@Nullable ShardState shard, Uuid topicId, int partition) {
        return leader(shard, topicId, partition, null);
    }

    /// The leader that clients in a zone are told of: the one that leads the shard itself, for what
    /// leaves the zone goes there in any case; one that stands in the zone; or any where none does.
    /// Takes time in the number of gateways where gateways are processes of their own.
    ///
    /// @param shard the partition's, null if it has none yet
    @Nullable Member leader(
            @Nullable ShardState shard, Uuid topicId, int partition, @Nullable String zone) {
        Member there = shard == null ? null : member(shard.leader());
        if (there != null) {
            return there;
        }
        Member near = zone == null ? null : standingIn(zone, shard, topicId, partition);
        return near == null ? best(members, key(topicId, partition)) : near;
    }

    /// The gateway of a zone that stands for a partition: one that has it on its own disk, if there
    /// is one. Null where none lives there, or where there is but one zone.
    @Nullable Member standingIn(
            String zone, @Nullable ShardState shard, Uuid topicId, int partition) {
        List<Member> there = zones.get(zone);
        if (there == null) {
            return null;
        }
        for (int i = 0; shard != null && i < shard.inSync().size(); i++) {
            Member replica = member(shard.inSync().get(i));
            if (replica != null && zone.equals(replica.rack())) {
                return replica;
            }
        }
        return best(there, key(topicId, partition));
    }

    /// The ids of the nodes that are told as the replicas of a partition: those of its shard, the
    /// preferred leader first, where its leader leads that itself, else the leader; then one
    /// gateway of each zone that has none of these.
    List<Integer> replicas(Member leader, @Nullable ShardState shard, Uuid topicId, int partition) {
        List<Integer> own =
                shard != null && shard.leader() == leader.id() ? shard.replicas() : leader.asList();
        if (zones.isEmpty()) {
            return own;
        }
        List<Integer> replicas = new ArrayList<>(own);
        for (String zone : zones.keySet()) {
            if (replicas.size() >= ZONES_MAX) {
                break;
            }
            if (replicas.stream().map(this::member).noneMatch(member -> stands(member, zone))) {
                replicas.add(
                        Objects.requireNonNull(standingIn(zone, shard, topicId, partition)).id());
            }
        }
        return replicas;
    }

    private static boolean stands(@Nullable Member member, String zone) {
        return member != null && zone.equals(member.rack());
    }

    /// Those of the replicas that are told that are in sync: all but the shard's own that are not.
    static List<Integer> inSync(List<Integer> replicas, ShardState shard) {
        return shard.inSync().containsAll(shard.replicas())
                ? replicas
                : replicas.stream()
                        .filter(id -> !shard.replicas().contains(id) || shard.inSync().contains(id))
                        .toList();
    }

    /// Those of the replicas that are told that no client can reach.
    List<Integer> offline(List<Integer> replicas) {
        return byId.keySet().containsAll(replicas)
                ? List.of()
                : replicas.stream().filter(id -> member(id) == null).toList();
    }

    private static long key(Uuid topicId, int partition) {
        return mix(
                topicId.getMostSignificantBits()
                        ^ Long.rotateLeft(topicId.getLeastSignificantBits(), 32)
                        ^ mix(partition));
    }

    private static @Nullable Member best(List<Member> members, long key) {
        Member best = null;
        long bestScore = 0;
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            long score = mix(key ^ member.seed());
            if (best == null || Long.compareUnsigned(score, bestScore) > 0) {
                best = member;
                bestScore = score;
            }
        }
        return best;
    }

    /// The finalizer of SplitMix64: every input bit stirs every output bit.
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
