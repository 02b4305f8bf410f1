package io.quafka.storage.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.transaction.Decision.Become;
import io.quafka.storage.transaction.Decision.Keep;
import io.quafka.storage.transaction.Decision.NeedsProducerId;
import io.quafka.storage.transaction.Decision.Refused;
import io.quafka.storage.transaction.TransactionRules.Producer;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class TransactionRulesTest {
    private static final long NOW = 1_000_000;
    private static final int TIMEOUT = 60_000;
    private static final long ID = 7;
    private static final long FRESH = 8;
    private static final Producer ANYBODY = new Producer(-1, (short) -1);
    private static final Set<TopicPartition> ONE = Set.of(new TopicPartition("t", 0));
    private static final Set<TopicPartition> OTHER = Set.of(new TopicPartition("t", 1));

    private static Transaction become(Decision decision) {
        assertThat(decision).isInstanceOf(Become.class);
        return ((Become) decision).next();
    }

    private static void assertRefused(Decision decision, Errors error) {
        assertThat(decision).isEqualTo(new Refused(error));
    }

    private static Transaction fresh() {
        return become(TransactionRules.initialize(null, TIMEOUT, ANYBODY, ID, NOW));
    }

    private static Producer of(Transaction transaction) {
        return new Producer(transaction.producerId(), transaction.epoch());
    }

    private static Transaction ongoing(Transaction from, int version) {
        return become(TransactionRules.add(from, of(from), ONE, version, NOW));
    }

    private static Decision end(Transaction known, Producer producer, boolean commit, int version) {
        return TransactionRules.end(known, producer, commit, version, -1, NOW);
    }

    private static Transaction complete(Transaction prepared) {
        return become(TransactionRules.complete(prepared, prepared, NOW));
    }

    @Test
    void aNewIdNeedsAProducerIdAndBeginsAtEpochZero() {
        assertThat(TransactionRules.initialize(null, TIMEOUT, ANYBODY, -1, NOW))
                .isEqualTo(new NeedsProducerId());
        assertThat(fresh().producerId()).isEqualTo(ID);
        assertThat(fresh().epoch()).isEqualTo((short) 0);
        assertThat(fresh().status()).isEqualTo(TransactionStatus.EMPTY);
    }

    @Test
    void eachProducerThatBeginsFencesTheOneBefore() {
        Transaction first = fresh();
        Transaction second = become(TransactionRules.initialize(first, TIMEOUT, ANYBODY, -1, NOW));
        assertThat(second.epoch()).isEqualTo((short) 1);
        assertRefused(TransactionRules.add(second, of(first), ONE, 0, NOW), Errors.PRODUCER_FENCED);
        assertRefused(end(second, of(first), true, 0), Errors.PRODUCER_FENCED);
        assertRefused(
                TransactionRules.initialize(second, TIMEOUT, new Producer(99, (short) 1), -1, NOW),
                Errors.PRODUCER_FENCED);
    }

    @Test
    void aProducerThatSaysWhoItIsMayAskTwice() {
        Transaction first = fresh();
        Transaction bumped =
                become(TransactionRules.initialize(first, TIMEOUT, of(first), -1, NOW));
        assertThat(TransactionRules.initialize(bumped, TIMEOUT, of(first), -1, NOW))
                .isEqualTo(new Keep(bumped));
        Transaction again =
                become(TransactionRules.initialize(bumped, TIMEOUT, of(bumped), -1, NOW));
        assertRefused(
                TransactionRules.initialize(again, TIMEOUT, of(first), -1, NOW),
                Errors.PRODUCER_FENCED);
    }

    @Test
    void anOngoingTransactionIsAbortedBeforeItsIdIsTakenOver() {
        Transaction ongoing = ongoing(fresh(), 0);
        Decision decision = TransactionRules.initialize(ongoing, TIMEOUT, ANYBODY, -1, NOW);
        Transaction aborting = become(decision);
        assertThat(((Become) decision).answer()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(aborting.status()).isEqualTo(TransactionStatus.PREPARE_ABORT);
        assertThat(aborting.epoch()).isEqualTo((short) 1);
        assertThat(aborting.partitions()).isEqualTo(ONE);
        assertRefused(
                TransactionRules.initialize(aborting, TIMEOUT, ANYBODY, -1, NOW),
                Errors.CONCURRENT_TRANSACTIONS);
        assertRefused(end(aborting, of(ongoing), true, 0), Errors.PRODUCER_FENCED);
        Transaction done = complete(aborting);
        assertThat(become(TransactionRules.initialize(done, TIMEOUT, ANYBODY, -1, NOW)).epoch())
                .isEqualTo((short) 2);
    }

    @Test
    void theNextTransactionMayBeEndedBeforeTheLastIsComplete() {
        for (boolean commit : new boolean[] {true, false}) {
            Transaction ongoing = ongoing(fresh(), 2);
            Transaction prepared = become(end(ongoing, of(ongoing), commit, 2));
            assertRefused(end(prepared, of(prepared), false, 2), Errors.CONCURRENT_TRANSACTIONS);
            assertRefused(end(prepared, of(ongoing), !commit, 2), Errors.INVALID_TXN_STATE);
            Transaction next = become(end(complete(prepared), of(prepared), false, 2));
            assertThat(next.status()).isEqualTo(TransactionStatus.COMPLETE_ABORT);
        }
    }

    @Test
    void partitionsJoinOnceAndNotWhileTheLastOneIsEnding() {
        Transaction ongoing = ongoing(fresh(), 0);
        assertThat(TransactionRules.add(ongoing, of(ongoing), ONE, 0, NOW))
                .isEqualTo(new Keep(ongoing));
        Transaction more = become(TransactionRules.add(ongoing, of(ongoing), OTHER, 0, NOW + 5));
        assertThat(more.partitions()).hasSize(2);
        assertThat(more.startMs()).isEqualTo(NOW);
        Transaction prepared = become(end(more, of(more), true, 0));
        assertRefused(
                TransactionRules.add(prepared, of(prepared), ONE, 0, NOW),
                Errors.CONCURRENT_TRANSACTIONS);
        Transaction next = ongoing(complete(prepared), 0);
        assertThat(next.partitions()).isEqualTo(ONE);
        assertRefused(
                TransactionRules.add(next, new Producer(99, (short) 0), ONE, 0, NOW),
                Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void withoutEpochsForEachTheSameEndMayBeAskedForAgain() {
        Transaction ongoing = ongoing(fresh(), 0);
        Producer producer = of(ongoing);
        Transaction prepared = become(end(ongoing, producer, true, 0));
        assertThat(prepared.epoch()).isEqualTo(producer.epoch());
        assertRefused(end(prepared, producer, true, 0), Errors.CONCURRENT_TRANSACTIONS);
        assertRefused(end(prepared, producer, false, 0), Errors.INVALID_TXN_STATE);
        Transaction done = complete(prepared);
        assertThat(end(done, producer, true, 0)).isEqualTo(new Keep(done));
        assertRefused(end(done, producer, false, 0), Errors.INVALID_TXN_STATE);
        assertRefused(end(fresh(), of(fresh()), true, 0), Errors.INVALID_TXN_STATE);
    }

    @Test
    void withAnEpochForEachTheEndRaisesItAndItsRepetitionIsKnown() {
        Transaction ongoing = ongoing(fresh(), 2);
        Producer producer = of(ongoing);
        Transaction prepared = become(end(ongoing, producer, true, 2));
        assertThat(prepared.epochAfter()).isEqualTo((short) 1);
        assertRefused(end(prepared, producer, true, 2), Errors.CONCURRENT_TRANSACTIONS);
        Transaction done = complete(prepared);
        assertThat(done.epoch()).isEqualTo((short) 1);
        assertThat(end(done, producer, true, 2)).isEqualTo(new Keep(done));
        assertRefused(end(done, producer, false, 2), Errors.INVALID_TXN_STATE);
        assertRefused(end(done, of(done), true, 2), Errors.INVALID_TXN_STATE);
        assertRefused(TransactionRules.add(done, producer, ONE, 2, NOW), Errors.PRODUCER_FENCED);
    }

    @Test
    void anAbortOfNothingRaisesTheEpochAtOnce() {
        Transaction fresh = fresh();
        Transaction aborted = become(end(fresh, of(fresh), false, 2));
        assertThat(aborted.status()).isEqualTo(TransactionStatus.COMPLETE_ABORT);
        assertThat(aborted.epoch()).isEqualTo((short) 1);
        assertThat(end(aborted, of(fresh), false, 2)).isEqualTo(new Keep(aborted));
        assertThat(become(end(aborted, of(aborted), false, 2)).epoch()).isEqualTo((short) 2);
    }

    @Test
    void whereEpochsRunOutAnotherProducerIdTakesOver() {
        Transaction last =
                ongoing(fresh().initialized(TIMEOUT, Transaction.EPOCH_MAX, (short) -1, NOW), 2);
        Producer producer = of(last);
        assertThat(end(last, producer, true, 2)).isEqualTo(new NeedsProducerId());
        Transaction prepared = become(TransactionRules.end(last, producer, true, 2, FRESH, NOW));
        assertThat(prepared.epoch()).isEqualTo(Short.MAX_VALUE);
        assertThat(prepared.producerId()).isEqualTo(ID);
        assertThat(prepared.producerIdAfter()).isEqualTo(FRESH);
        assertThat(prepared.epochAfter()).isEqualTo((short) 0);
        Transaction done = complete(prepared);
        assertThat(of(done)).isEqualTo(new Producer(FRESH, (short) 0));
        assertThat(end(done, producer, true, 2)).isEqualTo(new Keep(done));

        Transaction exhausted =
                fresh().initialized(TIMEOUT, Transaction.EPOCH_MAX, (short) -1, NOW);
        assertThat(TransactionRules.initialize(exhausted, TIMEOUT, ANYBODY, -1, NOW))
                .isEqualTo(new NeedsProducerId());
        Transaction rotated =
                become(TransactionRules.initialize(exhausted, TIMEOUT, of(exhausted), FRESH, NOW));
        assertThat(of(rotated)).isEqualTo(new Producer(FRESH, (short) 0));
        assertThat(TransactionRules.initialize(rotated, TIMEOUT, of(exhausted), -1, NOW))
                .isEqualTo(new Keep(rotated));
    }

    @Test
    void markersOfAnotherTransactionCompleteNothing() {
        Transaction prepared = become(end(ongoing(fresh(), 2), of(fresh()), true, 2));
        Transaction done = complete(prepared);
        assertRefused(TransactionRules.complete(done, prepared, NOW), Errors.INVALID_TXN_STATE);
        Transaction next = ongoing(done, 2);
        assertRefused(TransactionRules.complete(next, prepared, NOW), Errors.INVALID_TXN_STATE);
    }

    @Test
    void whoTimedOutIsFencedButMayAgreeToTheAbort() {
        Transaction ongoing = ongoing(fresh(), 2);
        Transaction done = complete(TransactionRules.fenced(ongoing, NOW));
        assertRefused(end(done, of(ongoing), true, 2), Errors.PRODUCER_FENCED);
        assertThat(end(done, of(ongoing), false, 2)).isEqualTo(new Keep(done));
    }

    @Test
    void timeAbortsWhatGoesOnAndForgetsWhatRests() {
        Transaction ongoing = ongoing(fresh(), 2);
        assertThat(TransactionRules.isTimedOut(ongoing, NOW + TIMEOUT)).isFalse();
        assertThat(TransactionRules.isTimedOut(ongoing, NOW + TIMEOUT + 1)).isTrue();
        assertThat(TransactionRules.isExpired(ongoing, 10, NOW + TIMEOUT)).isFalse();
        assertThat(TransactionRules.isExpired(fresh(), 10, NOW + 10)).isTrue();
        assertThat(TransactionRules.isExpired(fresh(), 10, NOW + 9)).isFalse();
    }
}
