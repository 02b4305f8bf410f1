package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/// A machine that runs its user data, in a file system of its own. Closing it ends all of its
/// processes.
///
/// @param out where it tells things: `src/test/machine/run` says which
record Machine(String role, Path out, Run run) implements AutoCloseable {
    private static final Path PROGRAM = Path.of("src/test/machine/run").toAbsolutePath();
    private static final Duration MAX = Duration.ofSeconds(90);

    /// @param cache where the program is unpacked, for all machines
    static Machine start(
            Path directory, Map<String, String> environment, String role, Path userData, Path cache)
            throws IOException {
        Path out = Files.createDirectory(directory.resolve(role));
        List<String> command =
                List.of(
                        "unshare",
                        "--mount",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        PROGRAM.toString(),
                        userData.toString(),
                        cache.toString(),
                        out.toString());
        return new Machine(role, out, Run.start(directory, environment, command));
    }

    /// What it wrote, as soon as it has.
    String told(String file) throws IOException {
        Path path = out.resolve(file);
        until(() -> Files.exists(path));
        return Files.readString(path);
    }

    /// What its Quafka, and what runs before it, has logged until now.
    String log() throws IOException {
        Path log = out.resolve("log/quafka/" + role + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /// Waits until something holds, which it does only while the machine runs.
    void until(Callable<Boolean> holds) throws IOException {
        try {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(MAX)
                    .until(() -> holds.call() || !run.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(log(), e);
        }
        assertThat(run.isAlive()).as("%s\n%s", run.out(), run.err()).isTrue();
    }

    /// The file that a setting names, as others see it.
    Path secret(String setting) {
        return Path.of("/proc/" + run.pid() + "/root/etc/quafka/secrets", setting);
    }

    /// Has it bring its secrets again, as its timer does.
    ///
    /// @param meanwhile is run over and over
    /// @return what that said
    String bringAgain(Callable<?> meanwhile) throws IOException {
        Path brought = out.resolve("brought");
        Files.deleteIfExists(brought);
        Files.createFile(out.resolve("again"));
        until(() -> {
            meanwhile.call();
            return Files.exists(brought);
        });
        return Files.readString(brought);
    }

    @Override
    public void close() {
        run.close();
    }
}
