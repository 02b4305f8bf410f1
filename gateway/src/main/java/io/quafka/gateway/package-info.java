/// The gateway role: Kafka's APIs, answered from the metadata image and the storage nodes.
@NullMarked
package io.quafka.gateway;

import org.jspecify.annotations.NullMarked;
