package org.resnet4j.zoo.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP answer's body, a piece at a time, with a limit to the wait for each; java.net.http has none. */
final class BodyReader implements Flow.Subscriber<List<ByteBuffer>>, Closeable {
  /** What arrived: bytes, a failure, or neither at the end. */
  private record Event(List<ByteBuffer> bytes, Throwable failure) {}

  private final BlockingQueue<Event> arrived = new LinkedBlockingQueue<>();
  private volatile Flow.Subscription subscription;
  private volatile boolean closed;

  BodyReader(Flow.Publisher<List<ByteBuffer>> body) {
    body.subscribe(this);
  }

  /**
   * The next piece; null at the end.
   *
   * @throws StalledException if none came in time
   */
  List<ByteBuffer> next(Duration longest) throws IOException, InterruptedException {
    Event event = arrived.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
    if (event == null) {
      throw new StalledException();
    }
    if (event.failure != null) {
      throw new IOException(event.failure.getMessage(), event.failure);
    }
    if (event.bytes != null) {
      subscription.request(1);
    }
    return event.bytes;
  }

  /** Nothing came in time. */
  static final class StalledException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends the connection if the body hasn't ended. */
  @Override
  public void close() {
    closed = true;
    Flow.Subscription begun = subscription;
    if (begun != null) {
      begun.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription begun) {
    subscription = begun;
    if (closed) {
      begun.cancel();
    } else {
      // One piece at a time: what isn't fetched stays with the system.
      begun.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    arrived.add(new Event(bytes, null));
  }

  @Override
  public void onError(Throwable failure) {
    arrived.add(new Event(null, failure));
  }

  @Override
  public void onComplete() {
    arrived.add(new Event(null, null));
  }
}
