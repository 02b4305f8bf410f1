package io.quafka.deploy;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Whether this machine has the programs that a test runs. Without them the test is skipped and
/// says why; where `REQUIRE_CLIENTS=required` is in the environment, it fails.
final class Installed {
    private static final int ANSWER_MAX_S = 30;

    private Installed() {}

    static void require(String what, String... command) throws InterruptedException {
        if (!answers(command)) {
            missing(what + " is not installed");
        }
    }

    static void missing(String reason) {
        if ("required".equals(System.getenv("REQUIRE_CLIENTS"))) {
            fail(reason);
        }
        abort(reason);
    }

    /// Whether a command can be run and succeeds.
    static boolean answers(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean ended = process.waitFor(ANSWER_MAX_S, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0;
        } catch (IOException _) {
            return false;
        }
    }
}
