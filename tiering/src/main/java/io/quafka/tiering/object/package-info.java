/// The format of objects: batches of sealed segments, grouped by partition, with an index behind
/// them.
@NullMarked
package io.quafka.tiering.object;

import org.jspecify.annotations.NullMarked;
