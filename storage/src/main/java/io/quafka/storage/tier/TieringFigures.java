package io.quafka.storage.tier;

/// What a node's tiering has done since its start, and has before it.
///
/// @param uploads objects that are in the store and in the manifest
/// @param uploadedBytes of those objects
/// @param failures uploads, merges, deletions and sweeps that did not succeed; each is tried again
/// @param deletions objects deleted because nobody needs anything in them any more
/// @param orphans objects deleted because no manifest knew them
/// @param merges objects that were made of others, and took their place in the manifest
/// @param mergedObjects what they were made of
/// @param mergedBytes of the objects that were made
/// @param backlogBytes of sealed segments that were not tiered yet
/// @param directoryBytes of the node's volume that objects take; 0 where they lie elsewhere
/// @param directoryCapacity of the node's volume that they may take; 0 where they lie elsewhere
public record TieringFigures(
        long uploads,
        long uploadedBytes,
        long failures,
        long deletions,
        long orphans,
        long merges,
        long mergedObjects,
        long mergedBytes,
        long backlogBytes,
        long directoryBytes,
        long directoryCapacity) {
    public static final TieringFigures NONE = new TieringFigures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
