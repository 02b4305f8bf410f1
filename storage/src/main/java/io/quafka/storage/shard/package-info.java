/// A shard: one commit log, its index and the partitions in it. One writer thread decides and
/// appends; any platform thread reads.
@NullMarked
package io.quafka.storage.shard;

import org.jspecify.annotations.NullMarked;
