package io.quafka.storage.log;

import java.io.IOException;

/// Bytes were asked for that retention has dropped meanwhile.
public final class PositionGoneException extends IOException {
    private static final long serialVersionUID = 1;

    PositionGoneException(long position) {
        super("position " + position + " of the commit log was dropped");
    }
}
