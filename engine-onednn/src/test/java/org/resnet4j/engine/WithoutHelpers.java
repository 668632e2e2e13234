package org.resnet4j.engine;

import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.BeforeContainerHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * For a class of JUnit's tests or jqwik's properties: DL4J computes with kernels of its own, not with another oneDNN,
 * whose pools leave out dilation.
 */
public final class WithoutHelpers
    implements BeforeAllCallback, AfterAllCallback, BeforeContainerHook, AfterContainerHook {
  @Override
  public void beforeAll(ExtensionContext context) {
    Nd4j.getEnvironment().allowHelpers(false);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Nd4j.getEnvironment().allowHelpers(true);
  }

  @Override
  public void beforeContainer(ContainerLifecycleContext context) {
    beforeAll(null);
  }

  @Override
  public void afterContainer(ContainerLifecycleContext context) {
    afterAll(null);
  }
}
