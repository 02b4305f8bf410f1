/// Retention in percent: from disks, topics, shares and measured sizes to bytes per topic and node.
/// Pure; no I/O, clocks or threads.
@NullMarked
package io.quafka.controller.retention;

import org.jspecify.annotations.NullMarked;
