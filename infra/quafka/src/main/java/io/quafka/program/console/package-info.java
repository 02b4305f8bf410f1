/// The console: a page, and what it asks for over HTTP. Reads only.
@NullMarked
package io.quafka.program.console;

import org.jspecify.annotations.NullMarked;
