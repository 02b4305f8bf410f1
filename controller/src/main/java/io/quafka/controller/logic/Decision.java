package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.Reply;
import java.util.List;

/// What a command comes to: facts to apply together, and what to tell who asked.
///
/// @param records empty where nothing changes
public record Decision(List<MetadataRecord> records, Reply reply) {
    public Decision {
        records = List.copyOf(records);
    }

    /// The image after the decision: the same object where nothing changes.
    public ClusterImage applyTo(ClusterImage image) {
        return records.isEmpty() ? image : ImageBuilder.apply(image, records);
    }

    /// The version that shows these records once they are applied to `image`.
    static long versionAfter(ClusterImage image, List<MetadataRecord> records) {
        return records.isEmpty() ? image.version() : image.version() + 1;
    }
}
