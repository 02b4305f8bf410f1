/// The program: its entry point.
@NullMarked
package io.quafka.program;

import org.jspecify.annotations.NullMarked;
