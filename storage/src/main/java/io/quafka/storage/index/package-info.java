/// The index: one RocksDB per storage node, from (partition, offset) to places in the commit log,
/// and the state of its shards.
///
/// The only package that imports RocksDB.
@NullMarked
package io.quafka.storage.index;

import org.jspecify.annotations.NullMarked;
