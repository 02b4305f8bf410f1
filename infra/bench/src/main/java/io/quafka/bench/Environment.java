package io.quafka.bench;

import io.quafka.bench.scenario.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;

/// What a reader must know of the machine to compare figures.
final class Environment {
    private Environment() {}

    static Map<String, String> describe(Lab lab, Duration fdatasync) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("date", LocalDate.now().toString());
        environment.put(
                "machine",
                "%d × %s, %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                value(Path.of("/proc/cpuinfo"), "model name"),
                                value(Path.of("/proc/meminfo"), "MemTotal")));
        environment.put(
                "kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        environment.put("file system", Files.getFileStore(lab.workDirectory()).type());
        environment.put("fdatasync p50", "%d µs".formatted(fdatasync.toNanos() / 1000));
        environment.put(
                "JVM",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        environment.put("Kafka", AppInfoParser.getVersion());
        environment.put(
                "times",
                "%d s warm-up, %d s window"
                        .formatted(lab.warmUp().toSeconds(), lab.window().toSeconds()));
        return environment;
    }

    private static String value(Path file, String key) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> List.of(line.split(":", 2)).getLast().strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
