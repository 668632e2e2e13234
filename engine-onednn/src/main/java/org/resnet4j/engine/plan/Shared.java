package org.resnet4j.engine.plan;

import java.util.concurrent.atomic.AtomicInteger;

/** Native memory with several users, freed when the last one lets go. It begins with one user: whoever made it. */
abstract class Shared {
  private final AtomicInteger users = new AtomicInteger(1);

  /** @return whether it is still there */
  public final boolean retain() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  public final void release() {
    if (users.decrementAndGet() == 0) {
      free();
    }
  }

  protected abstract void free();
}
