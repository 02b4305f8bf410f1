package io.quafka.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.MetadataRecord;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeRingTest {
    private final ChangeRing ring = new ChangeRing();

    @Test
    void givesWhatIsBetweenTwoVersions() {
        for (long version = 1; version <= 10; version++) {
            ring.add(version, List.of(record(version)));
        }
        assertThat(ring.between(7, 9)).containsExactly(record(8), record(9));
        assertThat(ring.between(0, 10)).hasSize(10);
    }

    @Test
    void knowsWhatItForgotAndWhatItHasNot() {
        for (long version = 1; version <= ChangeRing.CHANGES_MAX + 5; version++) {
            ring.add(version, List.of(record(version)));
        }
        assertThat(ring.between(4, 20)).isNull();
        assertThat(ring.between(5, 20)).hasSize(15);
        assertThat(ring.between(20, ChangeRing.CHANGES_MAX + 6L)).isNull();
        ring.clear();
        assertThat(ring.between(20, 21)).isNull();
    }

    @Test
    void isBoundedByRecordsToo() {
        int half = ChangeRing.RECORDS_MAX / 2 + 1;
        ring.add(1, Collections.nCopies(half, record(1)));
        assertThat(ring.between(0, 1)).hasSize(half);
        ring.add(2, Collections.nCopies(half, record(2)));
        assertThat(ring.between(0, 2)).isNull();
        assertThat(ring.between(1, 2)).hasSize(half);
    }

    private static MetadataRecord record(long version) {
        return new MetadataRecord.ProducerIdsAllocated(version);
    }
}
