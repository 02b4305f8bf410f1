package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A machine of a pretended cloud: see `src/test/machines/machine`. Closing it takes its power.
final class Machine implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(240);
    private static final Path SCRIPTS = Path.of("src/test/machines").toAbsolutePath();

    private final String name;
    private final Path root;
    private final Path out;
    private final Process process;
    private final OutputStream commands;
    private int commandsRun;

    private Machine(String name, Path root, Path out, Process process) {
        this.name = name;
        this.root = root;
        this.out = out;
        this.process = process;
        this.commands = process.getOutputStream();
    }

    /// @param room the process whose network it gets an interface in
    /// @param address with the bits of its network
    /// @param directory has the bucket and volumes in `cloud`, and gets the machine's files
    /// @param userData what it is to run
    /// @param volume the volume attached; null for none
    static Machine start(
            long room,
            String name,
            String address,
            Path directory,
            String userData,
            @Nullable String volume)
            throws IOException {
        Path own = Files.createTempDirectory(directory, name + "-");
        Path script = Files.writeString(own.resolve("user-data"), userData);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                SCRIPTS.resolve("machine").toString(),
                                String.valueOf(room),
                                name,
                                address,
                                own.resolve("root").toString(),
                                directory.resolve("cloud").toString(),
                                script.toString()));
        if (volume != null) {
            command.add(volume);
        }
        Path out = own.resolve("out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        return new Machine(name, own.resolve("root"), out, process);
    }

    /// A network for machines, with an address on it; its first line names it.
    static Process room(String address, Path out) throws IOException {
        return new ProcessBuilder(SCRIPTS.resolve("room").toString(), address)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    /// Waits until the role's log says so.
    void awaitReady(String role) {
        Path log = root.resolve("var/log/quafka/" + role + ".log");
        awaitThat(() -> Files.exists(log) && Files.readString(log).contains("Quafka is ready"));
    }

    /// Waits until it says something.
    void awaitTold(String text) {
        awaitThat(() -> told().contains(text));
    }

    private void awaitThat(java.util.concurrent.Callable<Boolean> condition) {
        try {
            await().atMost(READY_MAX).until(() -> condition.call() || !process.isAlive());
            assertThat(condition.call()).as("%s: %s", name, everything()).isTrue();
        } catch (Exception e) {
            throw new AssertionError(name + ": " + everything(), e);
        }
    }

    /// Runs a command on it, to its end, as root.
    void run(String command) throws IOException {
        commandsRun++;
        commands.write(
                (command + " && echo end-" + commandsRun + "\n").getBytes(StandardCharsets.UTF_8));
        commands.flush();
        awaitTold("ran: " + command + " && echo end-" + commandsRun);
    }

    /// What it printed.
    String told() throws IOException {
        return Files.readString(out);
    }

    private String everything() {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(root.resolve("var/log/quafka"))) {
            text.append(told());
            for (Path log : files.toList()) {
                text.append('\n').append(Files.readString(log));
            }
        } catch (IOException e) {
            text.append(e);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        commands.close();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }
}
