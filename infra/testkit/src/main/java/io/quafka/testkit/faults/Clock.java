package io.quafka.testkit.faults;

import io.quafka.testkit.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The wall clock of a process, which goes wrong when it is told to: libfaketime stands between the
/// process and its C library, and looks at a file each second. What measures time spans goes on
/// rightly, as on a machine whose clock is set.
///
/// @param file how wrong the clock is
record Clock(Path file) {
    private static final List<Path> LIBRARIES =
            List.of(
                    Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
                    Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
                    Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"));

    private static Optional<Path> library() {
        return LIBRARIES.stream().filter(Files::exists).findFirst();
    }

    /// Whether the machine has what it takes.
    static boolean canJump() {
        return library().isPresent();
    }

    /// One that is right.
    static Clock in(Path directory) throws IOException {
        Clock clock = new Clock(directory.resolve("clock"));
        clock.jump(Duration.ZERO);
        return clock;
    }

    /// Has the clock be wrong by so much, within a second.
    void jump(Duration by) throws IOException {
        Path next = file.resolveSibling("clock.next");
        Files.writeString(next, "%+d%n".formatted(by.toSeconds()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The same place, for a process that goes by this clock.
    Site at(Site site) {
        return site.under(
                List.of(
                        "env",
                        "LD_PRELOAD=" + library().orElseThrow(),
                        "FAKETIME_TIMESTAMP_FILE=" + file,
                        "FAKETIME_CACHE_DURATION=1",
                        "FAKETIME_DONT_FAKE_MONOTONIC=1",
                        "DONT_FAKE_MONOTONIC=1",
                        // Else whoever waits for some time does not.
                        "FAKETIME_FORCE_MONOTONIC_FIX=0",
                        "NO_FAKE_STAT=1"));
    }
}
