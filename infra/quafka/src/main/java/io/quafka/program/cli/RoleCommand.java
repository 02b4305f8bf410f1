package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.logs.LogFormat;
import io.quafka.program.roles.RunningRole;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that serves until it is told to stop.
abstract class RoleCommand implements Callable<Integer> {
    /// Beyond the time for draining: what flushing and closing may take before the process ends
    /// regardless.
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    @Mixin private ConfigOptions options = new ConfigOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /// Helidon logs through java.util.logging, which forgets the levels of loggers that nobody
    /// holds.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    /// Would print a stack where a port is taken, which is told in one line here.
    private static final Logger HELIDON_START = Logger.getLogger("io.helidon.webserver.LoomServer");

    private final Object starting = new Object();
    private final CompletableFuture<Void> toldToStop = new CompletableFuture<>();
    private @Nullable RunningRole role;

    /// The flags that this command has for keys of its own.
    abstract Map<ConfigKey<?>, @Nullable String> named();

    abstract RunningRole start(Configuration configuration) throws InterruptedException;

    /// Completes when the process is told to stop: a start that waits for other processes gives up.
    final CompletableFuture<Void> toldToStop() {
        return toldToStop;
    }

    @Override
    public final Integer call() throws InterruptedException {
        HELIDON.setLevel(Level.WARNING);
        HELIDON_START.setLevel(Level.OFF);
        LogFormat.check();
        Configuration configuration = options.load(named());
        Duration bound = configuration.get(ConfigKeys.SHUTDOWN_DRAIN).plus(CLOSE_MAX);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(bound)));
        synchronized (starting) {
            role = start(configuration);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(role.readyLine());
        out.flush();
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    /// On SIGTERM and SIGINT, and when the start failed. Being told to stop is no failure, so the
    /// exit code is 0, where the JVM on its own would make it 143.
    private void stop(Duration bound) {
        Thread.ofPlatform()
                .daemon()
                .name("stop-at-last")
                .start(() -> {
                    try {
                        Thread.sleep(bound);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                    System.err.println("quafka: did not stop in " + bound + "; ending");
                    Runtime.getRuntime().halt(ExitCode.FAILED);
                });
        toldToStop.complete(null);
        synchronized (starting) {
            if (role == null) {
                return;
            }
            try {
                role.close();
            } catch (RuntimeException e) {
                System.err.println("quafka: did not stop cleanly: " + e);
                Runtime.getRuntime().halt(ExitCode.FAILED);
            }
        }
        Runtime.getRuntime().halt(ExitCode.OK);
    }
}
