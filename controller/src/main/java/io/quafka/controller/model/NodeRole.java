package io.quafka.controller.model;

/// A part that a process plays; one process may play several.
public enum NodeRole {
    GATEWAY,
    STORAGE,
    CONTROLLER
}
