package io.quafka.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The program's command line, in a process of its own, on this JVM's class path.
final class Quafka {
    private Quafka() {}

    /// Runs a command to its end.
    ///
    /// @return what it printed
    /// @throws AssertionError if it fails, or does not end in time
    static List<String> run(Path directory, List<String> arguments) throws InterruptedException {
        try (Program program = start(directory, arguments)) {
            return program.awaitSuccess();
        }
    }

    static Program start(Path directory, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", classPath(), "io.quafka.program.Quafka"));
        command.addAll(arguments);
        return Program.start(directory, command);
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes"))
                .collect(Collectors.joining(java.io.File.pathSeparator));
    }
}
