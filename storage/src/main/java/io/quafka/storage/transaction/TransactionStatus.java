package io.quafka.storage.transaction;

import org.jspecify.annotations.Nullable;

/// Where a transactional id stands; named and numbered as in Kafka's transaction log.
public enum TransactionStatus {
    EMPTY(0, "Empty"),
    ONGOING(1, "Ongoing"),

    /// Decided and logged: the partitions are being told.
    PREPARE_COMMIT(2, "PrepareCommit"),
    PREPARE_ABORT(3, "PrepareAbort"),

    /// Every partition has its marker.
    COMPLETE_COMMIT(4, "CompleteCommit"),
    COMPLETE_ABORT(5, "CompleteAbort"),

    /// Kafka's, never written here: the id is being forgotten.
    DEAD(6, "Dead"),

    /// Kafka's, never written here: the epoch is being raised to abort.
    PREPARE_EPOCH_FENCE(7, "PrepareEpochFence");

    private final byte id;
    private final String text;

    TransactionStatus(int id, String text) {
        this.id = (byte) id;
        this.text = text;
    }

    public byte id() {
        return id;
    }

    /// As Kafka's tools show and filter it.
    public String text() {
        return text;
    }

    /// @throws IllegalArgumentException for an id that means nothing
    public static TransactionStatus of(byte id) {
        for (TransactionStatus status : values()) {
            if (status.id == id) {
                return status;
            }
        }
        throw new IllegalArgumentException("no transaction status " + id);
    }

    public static @Nullable TransactionStatus named(String text) {
        for (TransactionStatus status : values()) {
            if (status.text.equals(text)) {
                return status;
            }
        }
        return null;
    }

    /// Decided, but not known to all partitions yet.
    public boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    /// Nothing is going on: a transaction may begin, the id may be forgotten.
    public boolean isAtRest() {
        return this == EMPTY || this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
    }
}
