package io.quafka.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// What files really take on the disk.
final class DiskUse {
    private DiskUse() {}

    /// The bytes of a folder's blocks, not of its files' lengths: they may have holes. Files that
    /// vanish meanwhile count for nothing.
    static long bytes(Path folder) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("du", "-s", "--block-size=1", folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return Long.parseLong(told.split("\t", 2)[0]);
    }
}
