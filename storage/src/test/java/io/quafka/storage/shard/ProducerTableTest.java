package io.quafka.storage.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.shard.ProducerTable.Claim;
import io.quafka.storage.shard.ProducerTable.Verdict;
import java.util.Objects;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ProducerTableTest {
    private static final long PRODUCER = 7;
    private static final short EPOCH = 3;

    private final ProducerTable table = new ProducerTable();

    private void append(int sequence) {
        append(PRODUCER, EPOCH, sequence);
    }

    private void append(long producer, short epoch, int sequence) {
        table.appended(claim(producer, epoch, sequence), sequence, sequence, 1000);
    }

    private static Claim claim(long producer, short epoch, int sequence) {
        return new Claim(producer, epoch, sequence, sequence, false);
    }

    private Verdict check(int sequence) {
        return table.check(claim(PRODUCER, EPOCH, sequence));
    }

    private static void assertRefused(Verdict verdict, Errors error) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(error));
    }

    @Test
    void aGapIsRefusedAndARetryRecognized() {
        append(0);
        append(1);
        assertThat(check(1)).isEqualTo(new Verdict.Duplicate(1));
        assertThat(check(2)).isEqualTo(Verdict.APPEND);
        assertRefused(check(3), Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void theBatchAfterAnUnreadableOneIsNotOutOfOrder() {
        append(0);
        table.unreadable(1, 1);
        table.replayed();
        assertThat(check(2)).isEqualTo(Verdict.APPEND);
    }

    @Test
    void anUnreadableBatchSentAgainIsAppendedAndTheOthersAreDuplicates() {
        append(0);
        table.unreadable(1, 1);
        append(2);
        append(3);
        table.replayed();
        assertThat(check(0)).isEqualTo(new Verdict.Duplicate(0));
        assertThat(check(1)).isEqualTo(Verdict.APPEND);
        append(1);
        assertThat(check(2)).isEqualTo(new Verdict.Duplicate(2));
        assertThat(check(3)).isEqualTo(new Verdict.Duplicate(3));
        assertThat(check(4)).isEqualTo(Verdict.APPEND);
    }

    @Test
    void aProducerWhoseFirstBatchIsUnreadableMaySendItAgain() {
        table.unreadable(0, 0);
        append(1);
        table.replayed();
        assertThat(check(0)).isEqualTo(Verdict.APPEND);
        assertThat(check(1)).isEqualTo(new Verdict.Duplicate(1));
    }

    @Test
    void theUnreadableBatchMayHaveBegunANewEpoch() {
        append(0);
        table.unreadable(1, 1);
        short next = EPOCH + 1;
        assertThat(table.check(claim(PRODUCER, next, 1))).isEqualTo(Verdict.APPEND);
        append(PRODUCER, next, 1);
        table.replayed();
        assertThat(table.check(claim(PRODUCER, next, 0))).isEqualTo(Verdict.APPEND);
        assertRefused(check(1), Errors.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void afterAsManyBatchesAsAClientHasInFlightSequencesCountAgain() {
        append(0);
        table.unreadable(1, 1);
        table.replayed();
        for (int sequence = 2; sequence < 2 + ProducerState.BATCHES_KEPT; sequence++) {
            assertThat(check(sequence + 5)).isEqualTo(Verdict.APPEND);
            append(sequence);
        }
        assertThat(check(7)).isEqualTo(Verdict.APPEND);
        assertRefused(check(8), Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void producersThatComeAfterReplayAreHeldToTheirSequences() {
        table.unreadable(0, 0);
        table.replayed();
        append(0);
        assertRefused(check(2), Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void unreadableBatchesSurviveTheIndex() {
        append(0);
        table.unreadable(1, 1);
        assertThat(table.takeChanged()).containsExactly(PRODUCER);
        byte[] state = Objects.requireNonNull(table.encode(PRODUCER));
        ProducerTable restored = new ProducerTable();
        restored.decode(PRODUCER, state);
        assertThat(restored.check(claim(PRODUCER, EPOCH, 2))).isEqualTo(Verdict.APPEND);
        assertThat(restored.check(claim(PRODUCER, EPOCH, 0))).isEqualTo(new Verdict.Duplicate(0));
    }

    @Test
    void whatChangedIsToldOnceWithWhoWasForgotten() {
        append(0);
        append(1);
        assertThat(table.takeChanged()).containsExactly(PRODUCER);
        assertThat(table.takeChanged()).isEmpty();
        assertThat(table.expire(1001)).isEqualTo(1);
        assertThat(table.takeChanged()).containsExactly(PRODUCER);
        assertThat(table.encode(PRODUCER)).isNull();
    }
}
