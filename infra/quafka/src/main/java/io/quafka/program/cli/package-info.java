/// The command line: what a user types, and what it prints.
@NullMarked
package io.quafka.program.cli;

import org.jspecify.annotations.NullMarked;
