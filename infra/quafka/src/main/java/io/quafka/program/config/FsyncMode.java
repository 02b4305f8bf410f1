package io.quafka.program.config;

/// When an append counts as durable.
public enum FsyncMode {
    /// After an `fdatasync` that it shares with everything gathered beside it: survives power loss.
    GROUP,
    /// When the system has it: survives the death of the process, not the loss of power.
    OS
}
