package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.AllocateProducerIds;
import io.quafka.controller.model.Command.AlterConfigs;
import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.Command.AlterQuotas;
import io.quafka.controller.model.Command.AlterScram;
import io.quafka.controller.model.Command.CreateAcls;
import io.quafka.controller.model.Command.CreatePartitions;
import io.quafka.controller.model.Command.CreateTopics;
import io.quafka.controller.model.Command.DeleteAcls;
import io.quafka.controller.model.Command.DeleteTopics;
import io.quafka.controller.model.Command.DrainNode;
import io.quafka.controller.model.Command.ElectLeaders;
import io.quafka.controller.model.Command.FenceNode;
import io.quafka.controller.model.Command.FormCluster;
import io.quafka.controller.model.Command.MoveShards;
import io.quafka.controller.model.Command.PublishBudgets;
import io.quafka.controller.model.Command.RegisterNode;
import io.quafka.controller.model.Command.RemoveNode;
import io.quafka.controller.model.Command.RestoreCluster;
import io.quafka.controller.model.Command.UnregisterNode;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.BudgetsPublished;
import io.quafka.controller.model.MetadataRecord.ClusterConfigsChanged;
import io.quafka.controller.model.MetadataRecord.ClusterFormed;
import io.quafka.controller.model.MetadataRecord.ProducerIdsAllocated;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.RetentionBudgets;
import java.util.List;

/// Decides commands: a pure function of the image, the command and the ids it may draw. The same
/// three give the same decision on every member, today and when the log is read again.
public final class ControllerLogic {
    private ControllerLogic() {}

    public static Decision decide(ClusterImage image, Command<?> command, IdSource ids) {
        return switch (command) {
            case FormCluster c -> done(image, formed(image, c));
            case RestoreCluster c -> done(image, image.nodes().isEmpty() ? c.records() : List.of());
            case RegisterNode c -> NodeDecisions.register(image, c);
            case UnregisterNode c -> done(image, NodeDecisions.unregister(image, c.nodeId()));
            case FenceNode c -> done(image, NodeDecisions.fence(image, c.nodeId(), c.fenced()));
            case MoveShards c -> ReplicaMoves.decide(image, c);
            case ElectLeaders c -> LeaderElections.decide(image, c);
            case DrainNode c -> Draining.decide(image, c);
            case RemoveNode c -> Draining.remove(image, c);
            case CreateTopics c ->
                    new TopicCreation(image, ids, c.validateOnly()).decide(c.topics());
            case DeleteTopics c -> TopicDeletion.decide(image, c);
            case CreatePartitions c -> PartitionCreation.decide(image, c);
            case AlterConfigs c -> ConfigDecisions.decide(image, c);
            case AlterScram c -> SecurityDecisions.decide(image, c);
            case CreateAcls c -> AclDecisions.create(image, c);
            case DeleteAcls c -> AclDecisions.delete(image, c);
            case AlterQuotas c -> QuotaDecisions.decide(image, c);
            case AlterInSync c -> done(image, InSyncDecisions.alter(image, c));
            case PublishBudgets c -> done(image, budgets(image, c));
            case AllocateProducerIds c -> producerIds(image, c.count());
        };
    }

    private static List<MetadataRecord> formed(ClusterImage image, FormCluster command) {
        if (!image.clusterId().isEmpty()) {
            return List.of();
        }
        ClusterFormed formed = new ClusterFormed(command.clusterId());
        return command.settings().isEmpty()
                ? List.of(formed)
                : List.of(formed, new ClusterConfigsChanged(command.settings()));
    }

    private static List<MetadataRecord> budgets(ClusterImage image, PublishBudgets command) {
        RetentionBudgets current = image.budgets();
        return command.basis() == current.version()
                ? List.of(
                        new BudgetsPublished(
                                new RetentionBudgets(current.version() + 1, command.nodes())))
                : List.of();
    }

    private static Decision done(ClusterImage image, List<MetadataRecord> records) {
        return new Decision(records, new Reply.Done(Decision.versionAfter(image, records)));
    }

    /// A count out of range is taken to the nearest in range.
    private static Decision producerIds(ClusterImage image, int asked) {
        int count = Math.clamp(asked, 1, Limits.PRODUCER_IDS_MAX);
        long first = image.nextProducerId();
        return new Decision(
                List.of(new ProducerIdsAllocated(Math.addExact(first, count))),
                new Reply.ProducerIds(image.version() + 1, first, count));
    }
}
