package io.quafka.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What JVMs keep of the program's classes from one start to the next (JEP 514), for tests start it
/// some hundred times: it saves a third of a start's CPU time. Made once in this JVM, by a broker
/// that is started and stopped; there is none where classes lie in directories, as in an IDE.
final class StartCache {
    private static final Duration MADE_MAX = Duration.ofMinutes(2);

    /// Options for each start, none where there is no cache.
    static final List<String> OPTIONS = options();

    private StartCache() {}

    private static List<String> options() {
        Path directory = null;
        try {
            boolean jars =
                    Stream.of(BrokerProcess.programClassPath().split(java.io.File.pathSeparator))
                            .allMatch(entry -> Files.isRegularFile(Path.of(entry)));
            if (!jars) {
                return List.of();
            }
            directory = Files.createTempDirectory("quafka-start");
            Path cache = directory.resolve("cache");
            make(directory, cache);
            if (!Files.isRegularFile(cache)) {
                return List.of();
            }
            directory.toFile().deleteOnExit();
            cache.toFile().deleteOnExit();
            return List.of("-XX:AOTCache=" + cache, "-Xlog:disable", "-Xlog:all=error:stderr");
        } catch (IOException _) {
            // Starts without it are slower, and nothing else.
            return List.of();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            delete(directory);
        }
    }

    private static void make(Path directory, Path cache) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(BrokerProcess.java(256));
        command.add("-XX:AOTCacheOutput=" + cache);
        command.addAll(BrokerProcess.program("broker"));
        command.addAll(List.of("--data", directory.resolve("data").toString()));
        command.addAll(List.of("--listen", "127.0.0.1:" + Ports.free()));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        CompletableFuture.delayedExecutor(MADE_MAX.toSeconds(), TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith(BrokerProcess.READY)) {
                line = out.readLine();
            }
            // By its handle: the other way closes what it prints to, too.
            process.toHandle().destroy();
            while (line != null) {
                line = out.readLine();
            }
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
    }

    /// All but the cache, and the directory if there is none.
    private static void delete(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(file -> !file.equals(directory.resolve("cache")))
                    .sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException _) {
            // It lies where temporary files do.
        }
    }
}
