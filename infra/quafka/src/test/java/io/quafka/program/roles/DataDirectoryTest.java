package io.quafka.program.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir private Path parent;

    @Test
    void theIncarnationIsDrawnOnceAndKept() {
        Path directory = parent.resolve("a/b");
        Uuid drawn;
        try (DataDirectory data = DataDirectory.open(directory)) {
            drawn = data.incarnation();
        }
        try (DataDirectory data = DataDirectory.open(directory)) {
            assertThat(data.incarnation()).isEqualTo(drawn);
        }
        try (DataDirectory other = DataDirectory.open(parent.resolve("c"))) {
            assertThat(other.incarnation()).isNotEqualTo(drawn);
        }
    }

    @Test
    void aSecondUserIsRefusedUntilTheFirstIsGone() {
        try (DataDirectory _ = DataDirectory.open(parent)) {
            assertThatThrownBy(() -> DataDirectory.open(parent))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining(parent.toString())
                    .hasMessageContaining("in use by another quafka")
                    .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
        }
        DataDirectory.open(parent).close();
    }

    @Test
    void theDataOfAnotherClusterIsRefused() {
        try (DataDirectory data = DataDirectory.open(parent)) {
            data.requireCluster("first");
            data.requireCluster("first");
        }
        try (DataDirectory data = DataDirectory.open(parent)) {
            data.requireCluster("first");
            assertThatThrownBy(() -> data.requireCluster("second"))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("belongs to cluster first")
                    .hasMessageContaining("second");
        }
    }

    @Test
    void aHalfWrittenIdentityIsNotSeen() throws IOException {
        Uuid drawn;
        try (DataDirectory data = DataDirectory.open(parent)) {
            drawn = data.incarnation();
        }
        Files.writeString(parent.resolve(NodeIdentity.FILE_NAME + ".new"), "format=1\nincarn");
        try (DataDirectory data = DataDirectory.open(parent)) {
            assertThat(data.incarnation()).isEqualTo(drawn);
        }
    }

    @Test
    void aDamagedOrNewerIdentityIsRefusedAndNotReplaced() throws IOException {
        Path file = parent.resolve(NodeIdentity.FILE_NAME);
        for (String text :
                new String[] {"", "format=1\n", "format=1\nincarnation=?\n", "format=2\n"}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> DataDirectory.open(parent))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining(file.toString());
            assertThat(file).hasContent(text);
        }
    }

    @Test
    void aPathThatIsNoDirectoryIsNamed() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");
        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(file.toString());
    }
}
