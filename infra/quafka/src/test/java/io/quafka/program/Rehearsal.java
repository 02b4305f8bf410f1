package io.quafka.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What JVMs keep of the packaged program's classes from one start to the next, made as the
/// launcher makes it and where it looks for it: tests start the program some fifty times, and half
/// of a start's CPU time is saved.
final class Rehearsal {
    private static final long SECONDS_MAX = 120;
    private static final Path CACHE = Path.of("target/quafka.aot").toAbsolutePath();

    /// Options for each start, none where there is no cache.
    static final List<String> OPTIONS = options();

    private Rehearsal() {}

    private static List<String> options() {
        try {
            if (!isMade() && !make()) {
                return List.of();
            }
            return List.of(
                    "-XX:AOTCache=" + CACHE,
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "-Xlog:aot*=off:stderr",
                    "-Xlog:cds*=off:stderr");
        } catch (IOException _) {
            // Starts without it are slower, and nothing else.
            return List.of();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static boolean isMade() throws IOException {
        if (!Files.isRegularFile(CACHE) || Files.size(CACHE) == 0) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(CACHE);
        try (Stream<Path> libraries = Files.list(QuafkaProcess.JAR.resolveSibling("lib"))) {
            for (Path jar : Stream.concat(Stream.of(QuafkaProcess.JAR), libraries).toList()) {
                if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean make() throws IOException, InterruptedException {
        Path fresh = Path.of(CACHE + ".new");
        Files.deleteIfExists(fresh);
        Process process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                ". src/main/launcher/run.sh; rehearse \"$0\" \"$1\" \"$2\"",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                QuafkaProcess.JAR.toString(),
                                fresh.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(Path.of(CACHE + ".log").toFile())
                        .start();
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.destroyForcibly();
        if (!ended || process.exitValue() != 0 || !Files.isRegularFile(fresh)) {
            return false;
        }
        Files.move(fresh, CACHE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }
}
