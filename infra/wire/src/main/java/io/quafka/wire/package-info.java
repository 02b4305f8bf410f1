/// Kafka frames over TCP: accepting, framing, bounding, answering in order, and calling peers.
@NullMarked
package io.quafka.wire;

import org.jspecify.annotations.NullMarked;
