package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All of `terraform/` that can be checked without a cloud.
class TerraformTest {
    @TempDir private Path directory;

    @Test
    void whatIsDescribedIsConsistent() throws Exception {
        Path check = Path.of("../../terraform/check/run").toAbsolutePath().normalize();
        Installed.require("Node", "node", "--version");
        Installed.require("npm", "npm", "--version");
        Run run = Run.start(directory, Map.copyOf(System.getenv()), List.of(check.toString()));
        String told = run.succeed();
        assertThat(told).contains("all that they name is there");
        // Shown also where all is well: without terraform a part is skipped.
        System.out.println(told);
    }
}
