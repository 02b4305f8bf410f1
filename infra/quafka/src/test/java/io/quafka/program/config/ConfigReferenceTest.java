package io.quafka.program.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    private static final Path COMMITTED = Path.of("../../docs/CONFIGURATION.md");

    @Test
    void theCommittedPageIsTheGeneratedOne() throws IOException {
        assertThat(Files.readString(COMMITTED))
                .as("make it anew: ./quafka config --markdown > docs/CONFIGURATION.md")
                .isEqualTo(ConfigReference.markdown());
    }

    @Test
    void noTwoKeysShareAName() {
        assertThat(ConfigKeys.ALL).extracting(ConfigKey::name).doesNotHaveDuplicates();
        assertThat(ConfigKeys.ALL).extracting(ConfigKey::environmentName).doesNotHaveDuplicates();
    }
}
