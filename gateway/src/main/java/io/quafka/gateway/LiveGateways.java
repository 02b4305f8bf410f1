package io.quafka.gateway;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/// The gateways that clients may connect to, and which of them stands as the leader of a partition
/// in answers to clients.
///
/// Any gateway serves any partition; the choice by rendezvous hashing only spreads clients, is the
/// same on every gateway that has the same image, and moves no more than a gone gateway's share.
/// Immutable.
final class LiveGateways {
    /// A gateway as clients see it.
    ///
    /// @param address where clients reach it
    /// @param asList its id alone: the replicas and the in-sync replicas of its partitions
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

    private LiveGateways(List<Member> members) {
        this.members = members;
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
        for (Member member : members) {
            if (member.id() == nodeId) {
                return member;
            }
        }
        return null;
    }

    /// The leader that clients are told of; null only where no gateway lives. Takes time in the
    /// number of gateways.
    @Nullable Member leader(Uuid topicId, int partition) {
        long key =
                mix(
                        topicId.getMostSignificantBits()
                                ^ Long.rotateLeft(topicId.getLeastSignificantBits(), 32)
                                ^ mix(partition));
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
