/// What the kernel says of a process and of the machine: CPU time, memory, open files, disturbance
/// by others.
@NullMarked
package io.quafka.bench.process;

import org.jspecify.annotations.NullMarked;
