package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The one file that is shipped, on a machine that has no Java: its PATH has nothing but what the
/// file says that it needs.
class DistributionIT {
    static final Path EXECUTABLE = Path.of("target/quafka").toAbsolutePath();

    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "tar",
                    "gzip",
                    "sha256sum",
                    "mktemp",
                    "cut",
                    "tail",
                    "mkdir",
                    "mv",
                    "rm",
                    "id",
                    "sync",
                    "find",
                    "flock",
                    "dirname",
                    "readlink");
    private static final Pattern ADDRESS = Pattern.compile(" on (127\\.0\\.0\\.1:\\d+)");

    @TempDir private Path directory;

    private Path cache;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void machineWithoutJava() throws IOException {
        cache = directory.resolve("cache");
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (String tool : TOOLS) {
            Path script =
                    Files.writeString(
                            bin.resolve(tool), "#!/bin/sh\nexec " + found(tool) + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        environment.put("PATH", bin.toString());
        environment.put("QUAFKA_CACHE", cache.toString());
    }

    private static Path found(String tool) {
        return Stream.of("/usr/bin", "/bin")
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(tool + " is missing"));
    }

    @Test
    void unpacksOnceWhenSeveralStartTogetherAndServesRecords() throws Exception {
        Path unused = version("0.0.1-unused");
        Path used = version("0.0.2-used");
        try (Run holder =
                Run.start(
                        directory,
                        environment,
                        List.of(
                                found("sh").toString(),
                                "-c",
                                "exec 9<'"
                                        + used
                                        + "/in-use'; flock -s 9; echo held; read -r x <'"
                                        + fifo()
                                        + "'"))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> holder.out().contains("held"));
            List<Run> starts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                starts.add(quafka("--version"));
            }
            for (Run start : starts) {
                assertThat(start.succeed()).contains("quafka ", "Java 25");
            }
        }
        assertThat(unused).as("a version that nobody runs").doesNotExist();
        assertThat(used).as("a version that somebody runs").exists();
        try (Stream<Path> versions = Files.list(cache)) {
            assertThat(versions).as("what is left: one of ours, and that one").hasSize(2);
        }
        serves();
    }

    private Path fifo() throws Exception {
        Path fifo = directory.resolve("fifo");
        Run.start(directory, Map.of(), List.of("/usr/bin/mkfifo", fifo.toString())).succeed();
        return fifo;
    }

    private Path version(String name) throws IOException {
        Path home = Files.createDirectories(cache.resolve(name));
        Files.createFile(home.resolve("in-use"));
        return home;
    }

    /// A broker, told by a file what to do, and the commands against it; with the start-up cache,
    /// or not at all.
    private void serves() throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("quafka.yaml"),
                        "gateway:\n  listen: 127.0.0.1:0\nnum.partitions: 2\n");
        environment.put("QUAFKA_JAVA_OPTS", "-XX:AOTMode=on");
        try (Run broker =
                quafka("broker", "--config", config.toString(), "--data", directory + "/data")) {
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> broker.out().contains("Quafka is ready") || !broker.isAlive());
            Matcher address = ADDRESS.matcher(broker.out());
            assertThat(address.find()).as("%s\n%s", broker.out(), broker.err()).isTrue();
            assertThat(broker.err()).as("unpacked before").doesNotContain("unpacking");
            String bootstrap = address.group(1);
            quafka("produce", "words", config.toString(), "--compression", "zstd", "-b", bootstrap)
                    .succeed();
            String read = quafka("consume", "words", "--until-end", "-b", bootstrap).succeed();
            assertThat(read.lines().sorted().toList())
                    .isEqualTo(Files.readAllLines(config).stream().sorted().toList());
            assertThat(quafka("retention", "status", "--json", "-b", bootstrap).succeed())
                    .startsWith("{");
            assertThat(quafka("node", "list", "-b", bootstrap).succeed())
                    .contains("gateway, storage", "alive", bootstrap);
            assertThat(quafka("node", "describe", "1", "-b", bootstrap).succeed())
                    .contains("node 1", "leads 1 shards");
            broker.terminate();
            assertThat(broker.exitCode()).isZero();
        }
    }

    @Test
    void whatIsDamagedIsNotUnpacked() throws Exception {
        Path damaged = directory.resolve("quafka");
        Files.copy(EXECUTABLE, damaged, StandardCopyOption.COPY_ATTRIBUTES);
        try (FileChannel file = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), file.size() / 2);
        }
        Run run = Run.start(directory, environment, List.of(damaged.toString(), "--version"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("is damaged", "SHA-256");
        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left).isEmpty();
        }
    }

    private Run quafka(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(EXECUTABLE.toString()));
        command.addAll(List.of(arguments));
        return Run.start(directory, environment, command);
    }
}
