package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterScram;
import io.quafka.controller.model.Command.ScramChange;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ScramChanged;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.SecurityImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// Decides who may come in, as Kafka's controllers do.
final class SecurityDecisions {
    private SecurityDecisions() {}

    /// Each change stands or falls alone.
    static Decision decide(ClusterImage image, AlterScram command) {
        SecurityImage security = image.security();
        List<MetadataRecord> records = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (ScramChange change : command.changes()) {
            Outcome outcome = outcome(security, change);
            outcomes.add(outcome);
            if (outcome.error() == Errors.NONE) {
                ScramChanged record = new ScramChanged(change.name(), change.secret());
                records.add(record);
                security = security.with(record);
            }
        }
        return new Decision(
                records, new Reply.Outcomes(Decision.versionAfter(image, records), outcomes));
    }

    private static Outcome outcome(SecurityImage security, ScramChange change) {
        boolean known = security.scram().containsKey(change.name());
        if (change.secret() == null) {
            return known
                    ? Outcome.OK
                    : new Outcome(
                            Errors.RESOURCE_NOT_FOUND,
                            "there is no such credential of user " + change.name().user());
        }
        return known || security.scram().size() < Limits.SCRAM_MAX
                ? Outcome.OK
                : new Outcome(
                        Errors.UNACCEPTABLE_CREDENTIAL,
                        "there are %d credentials, and no more can be kept"
                                .formatted(Limits.SCRAM_MAX));
    }
}
