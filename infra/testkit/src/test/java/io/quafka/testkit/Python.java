package io.quafka.testkit;

import java.nio.file.Path;
import java.util.List;

/// Python and the scripts in `infra/clients/python`.
final class Python {
    private Python() {}

    /// A Python that has the module: Debian's packages are for its own, which may not be the first.
    /// Where there is none, the test is skipped or fails, as [Installed] says.
    static String with(String module) throws InterruptedException {
        for (String python : List.of("/usr/bin/python3", "python3")) {
            if (Installed.answers(python, "-c", "import " + module)) {
                return python;
            }
        }
        Installed.missing(
                "no Python with the module " + module + " (Debian's package python3-...)");
        throw new IllegalStateException();
    }

    static Path script(String name) {
        return Path.of(System.getProperty("basedir", "."))
                .toAbsolutePath()
                .resolve("../clients/python")
                .resolve(name)
                .normalize();
    }
}
