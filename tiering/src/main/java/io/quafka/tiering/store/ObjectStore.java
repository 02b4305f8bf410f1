package io.quafka.tiering.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Objects under keys: an object appears whole or not at all, is read in ranges and never changes
/// under a reader.
///
/// Keys are those that [ObjectKeys] allows; a key that names an object is not, with a slash behind
/// it, the beginning of another's (directories cannot have both).
///
/// All calls block, for milliseconds to the store's time-outs: they are made for virtual threads or
/// a small pool of their own, never for a thread that others wait for. Every method may be called
/// by any number of threads; how many at once is for the caller to bound. An interrupt ends a call
/// with [StoreBusyException], the thread's interrupt flag set.
///
/// Implementations retry what is worth retrying a bounded number of times themselves. What they
/// throw is final for the call, and says by its type whether a later call may succeed.
public interface ObjectStore extends ObjectSource, AutoCloseable {
    /// Objects in a page of a listing, at most.
    int PAGE_SIZE = 1_000;

    /// Begins an upload. Nothing is seen of the object before [ObjectUpload#commit].
    ///
    /// An object that exists under the key stays until then, and is replaced then, at once and
    /// whole.
    ///
    /// @throws StoreException if it could not be begun; nothing is left behind but what
    ///   [#sweepUploads] removes
    ObjectUpload create(String key) throws StoreException;

    /// Stores bytes under a key unless it names an object already. Of several callers with
    /// different bytes one wins.
    ///
    /// May be repeated: an earlier attempt of the same bytes whose answer was lost counts as this
    /// one.
    ///
    /// @param bytes from position to limit, of which both stay; no more than a part's worth
    /// @return whether the object has these bytes now; false if it has others
    /// @throws StoreException if that is not known, too: the object may have been stored
    boolean putIfAbsent(String key, ByteBuffer bytes) throws StoreException;

    /// The objects whose keys begin with a prefix, in the order of their keys' bytes, a page at a
    /// time. What is stored or deleted between two pages may or may not be seen.
    ///
    /// @param prefix any beginning of a key; empty for all
    /// @param after only keys greater than this; null from the start
    ObjectPage list(String prefix, @Nullable String after) throws StoreException;

    /// Deletes objects. One that is absent counts as deleted, so the call may be repeated.
    ///
    /// @param keys any number
    /// @throws StoreException if any could not be deleted; others may have been
    void delete(Collection<String> keys) throws StoreException;

    /// Removes what uploads left that ended without commit or abort, by the death of their process
    /// say, and were begun longer ago than an age. Younger ones may be going on.
    ///
    /// @return how many were removed
    int sweepUploads(Duration age) throws StoreException;

    /// Where the objects are, for logs: no secrets.
    String location();

    /// Ends connections. Calls that are going on fail; uploads that are going on are not aborted.
    @Override
    void close();
}
