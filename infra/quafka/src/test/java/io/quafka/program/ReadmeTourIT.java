package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the README's tour as it stands there, but for the address: the tour has localhost:9092,
/// which may be taken here.
class ReadmeTourIT {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Pattern CHECKSUM = Pattern.compile("(?m)^([0-9a-f]{64})  -$");

    @TempDir private Path directory;

    @Test
    void everyCommandWorksAndTheChecksumsAgree() throws Exception {
        String readme = Files.readString(ROOT.resolve("README.md"));
        int begin = readme.indexOf("<!-- tour");
        String tour = readme.substring(begin, readme.indexOf("\n## ", begin));
        List<String> blocks = BLOCK.matcher(tour).results().map(found -> found.group(1)).toList();
        assertThat(blocks).hasSize(4);

        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.startsWith("QUAFKA_"));
        environment.put("QUAFKA_BUILD", "never"); // It is being built.
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        try (QuafkaProcess broker =
                QuafkaProcess.launch(
                                directory,
                                "broker",
                                "--data",
                                directory.resolve("data").toString(),
                                "--listen",
                                "127.0.0.1:0")
                        .awaitReady()) {
            environment.put("QUAFKA_BOOTSTRAP", broker.address());
            List<String> outputs = new ArrayList<>();
            for (String block : blocks) {
                String commands = block.replace("localhost:9092", broker.address());
                Shell ran =
                        Shell.run(
                                ROOT,
                                environment,
                                List.of("bash", "-euo", "pipefail", "-c", commands));
                assertThat(ran.exitCode())
                        .as("%s\n%s\n%s", commands, ran.err(), broker.err())
                        .isZero();
                outputs.add(ran.out());
            }
            String services = checksums(outputs.get(0)).getLast();
            assertThat(checksums(outputs.get(0))).containsExactly(services, services);
            assertThat(checksums(outputs.get(1))).containsExactly(services, services);
            assertThat(checksums(outputs.get(2)))
                    .hasSize(2)
                    .allMatch(checksums(outputs.get(2)).getFirst()::equals);
            assertThat(outputs.get(3))
                    .contains("retention.ms=86400000", "\"ready\"", "quafka_requests_total");
        }
    }

    private static List<String> checksums(String output) {
        return CHECKSUM.matcher(output)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
