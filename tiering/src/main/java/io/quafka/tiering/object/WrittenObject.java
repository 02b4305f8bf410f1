package io.quafka.tiering.object;

import io.quafka.tiering.store.StoredObject;

/// An object that is in the store, and what lies where in it.
public record WrittenObject(StoredObject stored, ObjectIndex index) {}
