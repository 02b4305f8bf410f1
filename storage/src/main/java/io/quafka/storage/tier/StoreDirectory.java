package io.quafka.storage.tier;

import java.nio.file.Path;

/// An object store that is a directory of this machine.
///
/// @param path exists
/// @param percent where it lies on the volume of the node's data: how much of what Quafka may take
///   of the volume objects may take, more than 0 and less than 100; topics share the rest
public record StoreDirectory(Path path, double percent) {}
