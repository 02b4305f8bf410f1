package io.quafka.tiering.object;

/// Where an object's index is, and what it was made of.
record ObjectFooter(
        long indexPosition, int indexLength, int indexCrc, int partitions, ObjectOrigin origin) {}
