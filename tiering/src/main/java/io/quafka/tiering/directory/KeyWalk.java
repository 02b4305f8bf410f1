package io.quafka.tiering.directory;

import io.quafka.tiering.store.ObjectInfo;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds files in the order of the keys that they are objects of.
///
/// A directory counts as its name with a slash behind it, which puts `a/b` behind `a-b` as the
/// order of bytes has it. Directories in which no wanted key can lie are left out.
final class KeyWalk {
    private final Path root;
    private final String prefix;
    private final String after;
    private final int limit;
    private final List<ObjectInfo> found = new ArrayList<>();

    KeyWalk(Path root, String prefix, String after, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.after = after;
        this.limit = limit;
    }

    List<ObjectInfo> run() throws IOException {
        walk(root, "");
        return found;
    }

    private void walk(Path directory, String keyPrefix) throws IOException {
        for (Entry entry : entries(directory, keyPrefix)) {
            if (found.size() >= limit) {
                return;
            }
            if (entry.attributes.isDirectory()) {
                walk(entry.path, entry.key);
            } else if (entry.key.startsWith(prefix) && entry.key.compareTo(after) > 0) {
                found.add(
                        new ObjectInfo(
                                entry.key,
                                entry.attributes.size(),
                                entry.attributes.lastModifiedTime().toInstant()));
            }
        }
    }

    private List<Entry> entries(Path directory, String keyPrefix) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (!name.startsWith(".") && mayHold(keyPrefix + name)) {
                    add(entries, child, keyPrefix + name);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    private static void add(List<Entry> entries, Path path, String key) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            entries.add(new Entry(attributes.isDirectory() ? key + "/" : key, path, attributes));
        } catch (NoSuchFileException e) {
            // Deleted since.
        }
    }

    /// Whether the path, or one below it, may be a wanted key.
    private boolean mayHold(String path) {
        boolean matches = path.startsWith(prefix) || prefix.startsWith(path);
        return matches && (path.compareTo(after) > 0 || after.startsWith(path));
    }

    private record Entry(String key, Path path, BasicFileAttributes attributes) {}
}
