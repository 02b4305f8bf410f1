package io.quafka.program.config;

/// What history is kept in.
public enum TieringStore {
    /// Nothing: records live and expire on the storage disks.
    NONE,
    /// Files below a directory.
    DIRECTORY,
    /// A bucket of Amazon's S3, or of anything that speaks like it.
    S3
}
