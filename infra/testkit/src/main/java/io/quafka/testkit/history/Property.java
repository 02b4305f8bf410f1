package io.quafka.testkit.history;

/// What must hold of a history.
public enum Property {
    /// An offset has one value, whoever writes or reads it.
    ONE_VALUE_PER_OFFSET("an offset had two values"),
    /// A value of a producer that promises it is at one offset.
    NO_DUPLICATES("a record was stored twice"),
    /// What was acknowledged, and not below a reader's highest offset in vain, is read by somebody.
    NO_LOST_WRITES("an acknowledged record below the highest offset read was read by nobody"),
    /// Whoever reads a partition to its end gets all that was acknowledged before.
    NO_LOST_ACKNOWLEDGED("an acknowledged record was missing at the end"),
    /// What was not acknowledged but refused for good, or aborted, is not read.
    NO_ABORTED_READS("a record that was aborted or refused was read"),
    /// Nothing is read of a transaction before its commit was asked for.
    NO_PRECOMMITTED_READS("a record was read before its transaction's commit was asked for"),
    /// Of a transaction all records are there, or none.
    WHOLE_TRANSACTIONS("a transaction was there in part"),
    /// A record that nobody sent is not read.
    NOTHING_MADE_UP("a record was read that nobody sent"),
    /// A reader gets offsets in ascending order.
    ASCENDING_READS("a reader went back"),
    /// A reader leaves nothing out of what it asked for.
    CONTIGUOUS_READS("a reader left a record out"),
    /// The records of a producer that promises it stand in the order in which they were sent,
    /// within a transaction and across.
    WRITES_IN_ORDER("a producer's records were stored out of order"),
    /// Where a group reads on is no earlier than what it was told to have committed.
    COMMITTED_OFFSETS_STAY("a group's committed offset went back"),
    /// Where a group reads on was committed.
    RESUMED_WHERE_COMMITTED("a group read on where nobody committed"),
    /// A record is made of each source once, where that happens in transactions.
    PROCESSED_ONCE("a record was processed twice"),
    /// No transaction reads what, by way of others, was read from it.
    NO_READ_CYCLES("transactions read each other's records in a circle");

    private final String broken;

    Property(String broken) {
        this.broken = broken;
    }

    /// What it means that it does not hold.
    public String broken() {
        return broken;
    }
}
