/// The storage role: shards of partitions on local disks, and the interface by which gateways reach
/// them.
@NullMarked
package io.quafka.storage;

import org.jspecify.annotations.NullMarked;
