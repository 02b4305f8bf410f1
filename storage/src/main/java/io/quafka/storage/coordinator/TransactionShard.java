package io.quafka.storage.coordinator;

import io.quafka.storage.transaction.Decision;
import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionRules;
import io.quafka.storage.transaction.TransactionStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShard;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.apache.kafka.timeline.TimelineHashMap;
import org.apache.kafka.timeline.TimelineHashSet;
import org.jspecify.annotations.Nullable;

/// The transactions of one partition of `__transaction_state`. Its runtime has one thread at a time
/// in it; what is decided is here at once, and answered when it is durable.
final class TransactionShard implements CoordinatorShard<CoordinatorRecord> {
    /// Transactions aborted, or ids forgotten, at once: what one batch holds.
    static final int CHORES_MAX = 100;

    private final TimelineHashMap<String, Transaction> transactions;

    /// Ids of what is not at rest.
    private final TimelineHashSet<String> busy;

    TransactionShard(SnapshotRegistry snapshots) {
        this.transactions = new TimelineHashMap<>(snapshots, 0);
        this.busy = new TimelineHashSet<>(snapshots, 0);
    }

    /// What became of a request.
    ///
    /// @param transaction as it is now; null where the request was refused
    record Outcome(Errors error, @Nullable Transaction transaction, boolean needsProducerId) {
        static Outcome refused(Errors error) {
            return new Outcome(error, null, false);
        }

        /// As it is now.
        Transaction now() {
            return Objects.requireNonNull(transaction);
        }
    }

    @Nullable Transaction get(String id) {
        return transactions.get(id);
    }

    /// @param offset up to which the state is durable
    @Nullable Transaction get(String id, long offset) {
        return transactions.get(id, offset);
    }

    Map<String, Transaction> all(long offset) {
        Map<String, Transaction> all = new HashMap<>();
        transactions.entrySet(offset).forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return all;
    }

    /// Decided transactions whose partitions may not all have their markers.
    Map<String, Transaction> prepared(long offset) {
        Map<String, Transaction> prepared = new HashMap<>();
        for (Iterator<String> ids = busy.iterator(offset); ids.hasNext(); ) {
            String id = ids.next();
            Transaction transaction = transactions.get(id, offset);
            if (transaction != null && transaction.status().isPrepared()) {
                prepared.put(id, transaction);
            }
        }
        return prepared;
    }

    CoordinatorResult<Outcome, CoordinatorRecord> carryOut(String id, Decision decision) {
        return switch (decision) {
            case Decision.Refused(Errors error) ->
                    new CoordinatorResult<>(List.of(), Outcome.refused(error));
            case Decision.Keep(Transaction current) ->
                    new CoordinatorResult<>(List.of(), new Outcome(Errors.NONE, current, false));
            case Decision.Become(Transaction next, Errors answer) ->
                    new CoordinatorResult<>(
                            List.of(TransactionRecords.of(id, next)),
                            new Outcome(answer, next, false));
            case Decision.NeedsProducerId() ->
                    new CoordinatorResult<>(List.of(), new Outcome(Errors.NONE, null, true));
        };
    }

    /// Aborts what has been going on for too long.
    CoordinatorResult<Integer, CoordinatorRecord> abortTimedOut(long nowMs) {
        List<CoordinatorRecord> records = new ArrayList<>();
        for (String id : busy) {
            Transaction transaction = transactions.get(id);
            if (transaction != null
                    && TransactionRules.isTimedOut(transaction, nowMs)
                    && records.size() < CHORES_MAX) {
                records.add(TransactionRecords.of(id, TransactionRules.fenced(transaction, nowMs)));
            }
        }
        return new CoordinatorResult<>(records, records.size());
    }

    /// Forgets ids that nobody uses.
    CoordinatorResult<Integer, CoordinatorRecord> expire(long expirationMs, long nowMs) {
        List<CoordinatorRecord> records = new ArrayList<>();
        for (Map.Entry<String, Transaction> entry : transactions.entrySet()) {
            if (TransactionRules.isExpired(entry.getValue(), expirationMs, nowMs)
                    && records.size() < CHORES_MAX) {
                records.add(TransactionRecords.tombstone(entry.getKey()));
            }
        }
        return new CoordinatorResult<>(records, records.size());
    }

    @Override
    public void replay(long offset, long producerId, short epoch, CoordinatorRecord record) {
        if (!(record.key() instanceof TransactionLogKey key)) {
            throw new IllegalStateException("not a transaction's record: " + record.key());
        }
        String id = key.transactionalId();
        if (record.value() == null) {
            transactions.remove(id);
            busy.remove(id);
            return;
        }
        Transaction transaction =
                TransactionRecords.read((TransactionLogValue) record.value().message());
        if (transaction.status() == TransactionStatus.DEAD) {
            transactions.remove(id);
            busy.remove(id);
            return;
        }
        transactions.put(id, transaction);
        if (transaction.status().isAtRest()) {
            busy.remove(id);
        } else {
            busy.add(id);
        }
    }
}
