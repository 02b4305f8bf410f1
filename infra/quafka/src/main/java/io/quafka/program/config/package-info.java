/// What can be set, and what was: every key declared once, read from defaults, a file, the
/// environment and flags.
@NullMarked
package io.quafka.program.config;

import org.jspecify.annotations.NullMarked;
