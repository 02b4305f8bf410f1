/// The roles that one process plays, and how they are wired together.
@NullMarked
package io.quafka.program.roles;

import org.jspecify.annotations.NullMarked;
