package io.quafka.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {
    @Test
    void namesAreUniqueAndQuickOnesExist() {
        List<String> names =
                Catalog.all().stream().map(scenario -> scenario.plan().name()).toList();

        assertThat(names).doesNotHaveDuplicates().containsAll(Catalog.QUICK);
    }
}
