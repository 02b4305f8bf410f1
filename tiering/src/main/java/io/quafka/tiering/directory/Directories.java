package io.quafka.tiering.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Directories that survive a power loss.
final class Directories {
    private Directories() {}

    /// Makes a directory and those above it, unless they exist; the entries of those that were made
    /// are durable.
    ///
    /// @return the directory
    static Path createDurably(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return directory;
        }
        Path parent = directory.getParent();
        if (parent == null) {
            throw new NoSuchFileException(directory.toString());
        }
        createDurably(parent);
        try {
            Files.createDirectory(directory);
            force(parent);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        } catch (NoSuchFileException e) {
            // Its parent was removed since, being empty.
            createDurably(directory);
        }
        return directory;
    }

    /// Makes a directory's entries durable.
    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Removes a directory if it is empty, and those above it that are so then, below a root.
    static void removeEmpty(Path directory, Path root) throws IOException {
        for (Path each = directory; each != null && !each.equals(root); each = each.getParent()) {
            try {
                Files.delete(each);
            } catch (DirectoryNotEmptyException e) {
                return;
            } catch (NoSuchFileException e) {
                // Somebody else was first; the one above may be empty now.
            }
        }
    }
}
