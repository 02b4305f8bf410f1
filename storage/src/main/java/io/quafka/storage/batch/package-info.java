/// Kafka record batches, the smallest thing stored: their header, what a broker checks before it
/// accepts one, and what can be found inside one.
///
/// Kafka's record classes (`org.apache.kafka.common.record.internal`) are public but not a public
/// API: they are imported in this package only, so that an upgrade touches one place.
@NullMarked
package io.quafka.storage.batch;

import org.jspecify.annotations.NullMarked;
