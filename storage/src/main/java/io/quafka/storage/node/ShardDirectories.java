package io.quafka.storage.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where shards lie in a node's directory.
final class ShardDirectories {
    private static final String PREFIX = "shard-";

    private ShardDirectories() {}

    static Path of(Path directory, int shard) {
        return directory.resolve(PREFIX + shard);
    }

    /// Ids of the shards of which anything is there.
    static List<Integer> in(Path directory) throws IOException {
        List<Integer> ids = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path each : found) {
                String id = each.getFileName().toString().substring(PREFIX.length());
                if (id.matches("[1-9][0-9]{0,8}") && Files.isDirectory(each)) {
                    ids.add(Integer.parseInt(id));
                }
            }
        }
        return ids;
    }
}
