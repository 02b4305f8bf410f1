package io.quafka.controller.raft;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest image in this process, whoever publishes it.
///
/// Publishing is a volatile write and a signal: listeners are called by a thread of this object's
/// own, which gives each the newest image. Where images come faster than listeners return, those
/// between are skipped; `previous` is always what the same listener was given as `next` before. So
/// nothing queues up. Waiters are as many as callers wait, and go when they are done or give up.
final class LocalMetadata implements Metadata, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalMetadata.class);

    private volatile ClusterImage image = ClusterImage.EMPTY;
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean dirty;
    private volatile boolean closed;
    private final Thread notifier;

    LocalMetadata(String name) {
        notifier = Thread.ofVirtual().name("metadata-" + name).start(this::run);
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    /// Makes `next` the newest image. Calls of several threads must be ordered by the caller.
    void publish(ClusterImage next) {
        image = next;
        signal();
    }

    @Override
    public CompletableFuture<ClusterImage> awaitVersion(long version) {
        ClusterImage now = image;
        if (now.version() >= version) {
            return CompletableFuture.completedFuture(now);
        }
        Waiter waiter = new Waiter(version, new CompletableFuture<>());
        waiters.add(waiter);
        waiter.future().whenComplete((_, _) -> waiters.remove(waiter));
        // The image may have come, or the source gone, between the look and the listing.
        if (closed) {
            waiter.future().completeExceptionally(closedException());
        } else if (image.version() >= version) {
            waiter.future().complete(image);
        }
        return waiter.future();
    }

    @Override
    public AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener) {
        Subscription subscription = new Subscription(listener);
        subscriptions.add(subscription);
        if (Thread.currentThread() == notifier) {
            subscription.show(image);
        } else if (!closed) {
            signal();
            subscription.awaitFirstCall();
        }
        return () -> {
            subscription.cancelled = true;
            subscriptions.remove(subscription);
        };
    }

    /// Ends the notifier; waits fail, listeners are called no more.
    @Override
    public void close() {
        closed = true;
        signal();
    }

    private void run() {
        while (awaitChange()) {
            ClusterImage next = image;
            for (Waiter waiter : waiters) {
                if (waiter.version() <= next.version()) {
                    waiter.future().completeAsync(() -> next, Thread::startVirtualThread);
                }
            }
            for (Subscription subscription : subscriptions) {
                subscription.show(next);
            }
        }
        for (Waiter waiter : waiters) {
            waiter.future().completeExceptionally(closedException());
        }
        subscriptions.forEach(Subscription::release);
    }

    private boolean awaitChange() {
        lock.lock();
        try {
            while (!dirty && !closed) {
                changed.awaitUninterruptibly();
            }
            dirty = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            dirty = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the metadata's source is closed");
    }

    private record Waiter(long version, CompletableFuture<ClusterImage> future) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private static final class Subscription {
        private final BiConsumer<ClusterImage, ClusterImage> listener;
        private final CountDownLatch called = new CountDownLatch(1);
        private ClusterImage shown = ClusterImage.EMPTY;
        private volatile boolean cancelled;

        Subscription(BiConsumer<ClusterImage, ClusterImage> listener) {
            this.listener = listener;
        }

        /// On the notifier only.
        void show(ClusterImage next) {
            if (cancelled || (called.getCount() == 0 && shown == next)) {
                return;
            }
            ClusterImage previous = shown;
            shown = next;
            try {
                listener.accept(previous, next);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("version", next.version())
                        .setCause(e)
                        .log("a metadata listener failed");
            } finally {
                called.countDown();
            }
        }

        void release() {
            called.countDown();
        }

        /// So that whoever subscribes has seen the current image when `subscribe` returns.
        void awaitFirstCall() {
            try {
                called.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
