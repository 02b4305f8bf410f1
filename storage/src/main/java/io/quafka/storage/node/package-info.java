/// The storage node in this process: its shards, its housekeeping, and Kafka's storage requests
/// answered from them.
@NullMarked
package io.quafka.storage.node;

import org.jspecify.annotations.NullMarked;
