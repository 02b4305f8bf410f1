/// What the program logs, where to, and in which format.
@NullMarked
package io.quafka.program.logs;

import org.jspecify.annotations.NullMarked;
