/// Clients at work while processes are killed and paused, links cut, disks filled, the object store
/// taken away: [Main] runs that and judges what the clients were told.
@NullMarked
package io.quafka.testkit.faults;

import org.jspecify.annotations.NullMarked;
