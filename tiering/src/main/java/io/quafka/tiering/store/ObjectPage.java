package io.quafka.tiering.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Part of a listing.
///
/// @param objects in the order of their keys' bytes; may be empty though more follow
/// @param next what to give [ObjectStore#list] as `after` for the next page; null at the end
public record ObjectPage(List<ObjectInfo> objects, @Nullable String next) {
    public ObjectPage {
        objects = List.copyOf(objects);
    }
}
