/// Kafka's own coordinators, run on partitions of this node: the one package that knows them.
///
/// What they are given is a log ([io.quafka.storage.coordinator.CoordinatorLog]), the partitions
/// that the node leads, and the cluster's topics; what they answer are clients' requests.
@NullMarked
package io.quafka.storage.coordinator;

import org.jspecify.annotations.NullMarked;
