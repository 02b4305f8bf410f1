package io.quafka.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// kafkajs, installed into a directory, and the scripts in `infra/clients/kafkajs`.
final class KafkaJs {
    private static final List<String> INSTALLED = List.of("package.json", "package-lock.json");

    private final Path directory;

    private KafkaJs(Path directory) {
        this.directory = directory;
    }

    /// Installs it as its lock file says. Where Node.js or npm is missing, the test is skipped or
    /// fails, as [Installed] says.
    static KafkaJs install(Path directory) throws IOException, InterruptedException {
        Installed.require("Node.js", "node", "--version");
        Installed.require("npm", "npm", "--version");
        for (String file : INSTALLED) {
            Files.copy(scripts().resolve(file), directory.resolve(file));
        }
        try (Program npm =
                Program.start(
                        directory,
                        List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))) {
            npm.awaitSuccess();
        }
        return new KafkaJs(directory);
    }

    /// Starts a script beside what is installed.
    Program start(String script, String argument) throws IOException {
        Path copy = directory.resolve(script);
        Files.copy(scripts().resolve(script), copy);
        return Program.start(directory, List.of("node", copy.toString(), argument));
    }

    private static Path scripts() {
        return Path.of(System.getProperty("basedir", "."))
                .toAbsolutePath()
                .resolve("../clients/kafkajs")
                .normalize();
    }
}
