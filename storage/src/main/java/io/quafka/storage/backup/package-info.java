/// Copies in the object store of what else is on disks alone: each shard's manifest, the cluster's
/// metadata. From them a cluster is rebuilt on empty disks.
@NullMarked
package io.quafka.storage.backup;

import org.jspecify.annotations.NullMarked;
