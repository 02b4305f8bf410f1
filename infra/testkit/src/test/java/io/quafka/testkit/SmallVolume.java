package io.quafka.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A tmpfs of a few MiB, mounted until it is closed.
final class SmallVolume implements AutoCloseable {
    private static final int COMMAND_MAX_S = 20;

    private final Path folder;

    private SmallVolume(Path folder) {
        this.folder = folder;
    }

    /// Mounts it; where that is not allowed, the test is skipped and says so.
    ///
    /// @param folder exists
    static SmallVolume mount(Path folder, int mib) throws InterruptedException {
        boolean mounted =
                run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "none", folder.toString());
        assumeTrue(mounted, "mounting a tmpfs is not allowed here");
        return new SmallVolume(folder);
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(COMMAND_MAX_S, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /// Makes it larger or smaller while it is in use: no smaller than what it holds.
    void resize(int mib) throws InterruptedException {
        if (!run("mount", "-o", "remount,size=" + mib + "m", folder.toString())) {
            throw new AssertionError("not resized to " + mib + " MiB");
        }
    }

    Path folder() {
        return folder;
    }

    /// What takes how many KiB, for people.
    String contents() throws IOException {
        Process du =
                new ProcessBuilder("du", "-ak", "--", folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws InterruptedException {
        run("umount", "-l", folder.toString());
    }
}
