package io.quafka.testkit.faults;

import io.quafka.s3server.S3Server;
import io.quafka.testkit.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An S3 server in a process of its own.
final class Store implements AutoCloseable {
    private static final int HEAP_MIB = 128;
    private static final String HTTP = "http://";

    private final Process process;
    private final Site site;
    private final String endpoint;
    private final Path secret;

    private Store(Process process, Site site, String endpoint, Path secret) {
        this.process = process;
        this.site = site;
        this.endpoint = endpoint;
        this.secret = secret;
    }

    /// @param directory exists
    static Store start(Path directory, Site site, int port) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), S3Server.SECRET_KEY);
        Path objects = Files.createDirectory(directory.resolve("objects"));
        List<String> command = new ArrayList<>(site.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-Xmx" + HEAP_MIB + "m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(S3Server.class.getName());
        command.addAll(List.of(objects.toString(), Integer.toString(port), site.host()));
        Process process =
                new ProcessBuilder(command)
                        .redirectError(directory.resolve("store.err").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        var out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(HTTP)) {
                return new Store(process, site, line, secret);
            }
        }
        throw new IOException("the S3 server did not start; see " + directory);
    }

    Site site() {
        return site;
    }

    /// What makes a process use it, and soon.
    Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("tiering.store", "s3"),
                Map.entry("tiering.s3.bucket", S3Server.BUCKET),
                Map.entry("tiering.s3.endpoint", endpoint),
                Map.entry("tiering.s3.path.style", "true"),
                Map.entry("tiering.s3.access.key", S3Server.ACCESS_KEY),
                Map.entry("tiering.s3.secret.key.file", secret.toString()),
                Map.entry("tiering.interval", "500ms"),
                Map.entry("tiering.seal.after", "5s"),
                Map.entry("tiering.merge.bytes.per.second", "32MiB"));
    }

    void pause() throws InterruptedException {
        Command.succeeds("kill", "-STOP", Long.toString(process.pid()));
    }

    void resume() throws InterruptedException {
        Command.succeeds("kill", "-CONT", Long.toString(process.pid()));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
