package io.quafka.controller.model;

import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// A process that registered with the controller.
///
/// @param id the number the controller gave it, from 1 up; kept across restarts of the same
///   incarnation directory
/// @param incarnation identity that the process keeps on its disk (storage) or draws at start
///   (gateway)
/// @param roles what it plays
/// @param kafka where Kafka clients reach it; null unless it is a gateway
/// @param storage where gateways reach its storage role; null unless it plays storage
/// @param rack failure zone, null if not told
/// @param fenced true while it is silent: it leads nothing and is left out of metadata answers
/// @param draining true from when it was told that it is to go: it is given nothing new to carry
public record Node(
        int id,
        Uuid incarnation,
        Set<NodeRole> roles,
        @Nullable Endpoint kafka,
        @Nullable Endpoint storage,
        @Nullable String rack,
        boolean fenced,
        boolean draining) {
    public Node {
        roles = Set.copyOf(roles);
    }

    /// One that stays.
    public Node(
            int id,
            Uuid incarnation,
            Set<NodeRole> roles,
            @Nullable Endpoint kafka,
            @Nullable Endpoint storage,
            @Nullable String rack,
            boolean fenced) {
        this(id, incarnation, roles, kafka, storage, rack, fenced, false);
    }

    public Node withFenced(boolean next) {
        return new Node(id, incarnation, roles, kafka, storage, rack, next, draining);
    }

    public Node withDraining(boolean next) {
        return new Node(id, incarnation, roles, kafka, storage, rack, fenced, next);
    }

    public boolean plays(NodeRole role) {
        return roles.contains(role);
    }
}
