/// The commit log of one shard: an append-only sequence of groups in preallocated segment files.
/// Knows bytes and positions, not partitions' rules.
@NullMarked
package io.quafka.storage.log;

import org.jspecify.annotations.NullMarked;
