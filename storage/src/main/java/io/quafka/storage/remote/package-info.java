/// A storage node across the network: the calling side and the serving side of the same Kafka
/// messages.
@NullMarked
package io.quafka.storage.remote;

import org.jspecify.annotations.NullMarked;
