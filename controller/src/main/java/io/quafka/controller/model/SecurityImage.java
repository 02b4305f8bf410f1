package io.quafka.controller.model;

import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// Who may come in.
///
/// @param scram passwords, as far as they are kept
public record SecurityImage(PMap<ScramName, ScramSecret> scram) {
    public static final SecurityImage EMPTY = new SecurityImage(HashTreePMap.empty());

    public SecurityImage with(MetadataRecord.ScramChanged change) {
        ScramSecret secret = change.secret();
        return new SecurityImage(
                secret == null ? scram.minus(change.name()) : scram.plus(change.name(), secret));
    }
}
