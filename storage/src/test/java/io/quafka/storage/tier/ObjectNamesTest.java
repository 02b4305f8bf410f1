package io.quafka.storage.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.index.TieredObject;
import io.quafka.tiering.store.ObjectKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectNamesTest {
    private static final ObjectNames NAMES = new ObjectNames("AbC-dE_1", 3);

    @Test
    void aKeyIsReadBackAndSortsByNumber() {
        TieredObject object = new TieredObject(0x1234567890L, -2, 1_700_000_000_000L, 0, 0);
        String key = ObjectKeys.check(NAMES.key(object));
        assertThat(NAMES.read(key))
                .isEqualTo(new ObjectNames.Named(object.number(), object.createdMs(), -2));
        assertThat(NAMES.key(new TieredObject(0x1234567891L, 5, 0, 0, 0))).isGreaterThan(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AbC-dE_1/shard-3/",
                "AbC-dE_1/shard-3/manifest",
                "AbC-dE_1/shard-31/0000000000000001-000000000001-0000000000000001",
                "AbC-dE_1/shard-3/0000000000000001-000000000001-000000000000000g",
                "other/shard-3/0000000000000001-000000000001-0000000000000001",
            })
    void otherKeysAreNotItsOwn(String key) {
        assertThat(NAMES.read(key)).isNull();
    }
}
